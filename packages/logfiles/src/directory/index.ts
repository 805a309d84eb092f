// The files of a log in a directory: what exists is never replaced, and what is said to be written survives a power cut.
import { randomUUID } from 'node:crypto'
import { closeSync, fchmodSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { closedFiles, demandOnce, demandReplaced, otherBytes } from '../paths.ts'
import type { LogFiles, NewFile } from '../port.ts'
import { givingTurns } from '../turns.ts'
import { beyond } from './beyond.ts'
import { Directories } from './directories.ts'
import { flush } from './flush.ts'
import { lockForSealing } from './lock.ts'
import { apartIn, codeOf, draftsIn, faultOf, modes, placeOf } from './places.ts'
import { readIn } from './reading.ts'

export { openLogDirectoryReader } from './reading.ts'

/** `directory`: made if it is not there. */
export type Opening = { directory: string }

/** Opens a log for writing. Errors: DATA_LOCKED (another sequencer writes here), STORE_UNAVAILABLE. */
export const openLogDirectory = async ({ directory }: Opening): Promise<LogFiles> => {
  const root = resolve(directory)
  let unlock = (): void => {}
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    unlock = lockForSealing(join(root, 'lock'))
    // Only behind the lock: drafts of a process that still runs are not ours to take away.
    rmSync(draftsIn(root), { recursive: true, force: true })
    mkdirSync(draftsIn(root), { recursive: true, mode: 0o700 })
    return new LogDirectory(root, unlock)
  } catch (error) {
    unlock()
    throw faultOf(error)
  }
}

class LogDirectory implements LogFiles {
  readonly #root: string
  readonly #unlock: () => void
  readonly #directories: Directories
  #closed = false

  constructor(root: string, unlock: () => void) {
    this.#root = root
    this.#unlock = unlock
    this.#directories = new Directories(root)
  }

  async read(path: string): Promise<Uint8Array | null> {
    this.#demandOpen()
    return readIn(this.#root, path)
  }

  async create(files: readonly NewFile[]): Promise<void> {
    this.#demandOpen()
    for (const { path } of files) demandOnce(path)
    const turn = givingTurns()
    const steps: Promise<Settled>[] = []
    for (const file of files) {
      steps.push(settled(this.#createOne(file)))
      await turn()
    }
    const touched = outcome(await Promise.all(steps))
    // Every file is whole and durable, but a power cut here may still take names away: nothing may be built on them before the next line.
    await this.#directories.sync(touched)
    // All names are durable. Whoever asks again for the same files is answered from what lies there.
  }

  async #createOne({ path, bytes }: NewFile): Promise<string> {
    const { file, part } = this.#placed(path)
    const directory = dirname(file)
    this.#directories.make(directory, modes[part].directory)
    const draft = await this.#draft(bytes, modes[part].file)
    try {
      // The draft is durable under its own name. A crash here leaves it in `drafts`, which the next opening empties; the log has nothing of it.
      linkSync(draft, file)
      // The file has its name, whole or not at all: no reader ever sees half of it. A crash here leaves a second name in `drafts`.
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      // An earlier try came this far: the same bytes are what was asked for, others are never replaced.
      if (Buffer.compare(readFileSync(file), bytes) !== 0) throw otherBytes(path)
    } finally {
      rmSync(draft, { force: true })
    }
    return directory
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    this.#demandOpen()
    demandReplaced(path)
    const { file, part } = this.#placed(path)
    await guarded(async () => {
      this.#directories.make(dirname(file), modes[part].directory)
      const draft = await this.#draft(bytes, modes[part].file)
      // A crash here leaves the old file under its name, and a draft.
      renameSync(draft, file)
      // The new one has the name, but a power cut may still bring the old one back: both are whole.
      await this.#directories.sync([dirname(file)])
    })
  }

  async remove(paths: readonly string[]): Promise<void> {
    this.#demandOpen()
    for (const path of paths) demandOnce(path)
    try {
      for (const path of paths) this.#removeOne(this.#placed(path).file)
    } catch (error) {
      throw faultOf(error)
    }
  }

  async setApart(size: bigint): Promise<void> {
    this.#demandOpen()
    try {
      for (const path of beyond(this.#root, size)) {
        const [{ file }, there] = [this.#placed(path), join(apartIn(this.#root), path)]
        mkdirSync(dirname(there), { recursive: true, mode: 0o700 })
        // Whatever lies there of an earlier batch that was cut short gives way. A crash here leaves the rest where it is, and the next start goes on.
        renameSync(file, there)
        this.#removeOne(file)
      }
    } catch (error) {
      throw faultOf(error)
    }
  }

  #removeOne(file: string): void {
    rmSync(file, { force: true })
    const directory = dirname(file)
    if (!directory.endsWith('.p')) return
    this.#directories.forget(directory)
    // Only the last of its partial tiles takes the directory along.
    try {
      rmdirSync(directory)
    } catch {
      // Others are in it, or it is gone already.
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#unlock()
  }

  /** A file with these bytes under a name of its own, durable on return. */
  async #draft(bytes: Uint8Array, mode: number): Promise<string> {
    const draft = join(draftsIn(this.#root), randomUUID())
    const handle = openSync(draft, 'wx', mode)
    try {
      // Whatever the process masks: a web server that runs as somebody else reads what is public.
      fchmodSync(handle, mode)
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
      await flush(handle)
    } catch (error) {
      // A disk that is full stays so if each try leaves a piece behind.
      rmSync(draft, { force: true })
      throw error
    } finally {
      closeSync(handle)
    }
    return draft
  }

  #placed(path: string): { file: string; part: keyof typeof modes } {
    const place = placeOf(this.#root, path)
    if (place === null) throw new LedgerError('INTERNAL', 'This is no file of a log')
    return place
  }

  #demandOpen(): void {
    if (this.#closed) throw closedFiles()
  }
}

type Settled = { directory: string } | { fault: LedgerError }

const settled = (step: Promise<string>): Promise<Settled> =>
  step.then(
    (directory) => ({ directory }),
    (error: unknown) => ({ fault: faultOf(error) }),
  )

/** The first error, only once all have ended: nothing of a failed call is still under way when it returns. */
const outcome = (ended: readonly Settled[]): string[] =>
  ended.map((one) => {
    if ('fault' in one) throw one.fault
    return one.directory
  })

const guarded = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    throw faultOf(error)
  }
}
