// How far the witness came, in a file beside its key: by it a database that was put back from an older copy is found out before anything is signed on it.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Tree, WitnessRecord } from './record.ts'
import { StartRefused } from './settings.ts'

export type Mark = {
  /**
   * To be called before a cosignature is shown to anybody: on return the file says durably that the record came as far as it did. Throws if it cannot be
   * written, or if the record is behind what was marked.
   */
  cover(origin: string): void
}

/** Of one log: the size that the mark has, and the root in base64. */
type Reached = { size: bigint; root: string }
type Marked = ReadonlyMap<string, Reached>

const File = z.strictObject({
  v: z.literal(1),
  logs: z.array(z.strictObject({ origin: z.string(), size: z.string().regex(/^\d+$/).transform(BigInt), root: z.base64() })),
})

const reachedBy = (trees: readonly Tree[]): Marked =>
  new Map(trees.map(({ origin, size, root }) => [origin, { size, root: Buffer.from(root).toString('base64') }]))

const same = (one: Reached | undefined, other: Reached | undefined): boolean => one?.size === other?.size && one?.root === other?.root

/** Of a larger tree the record alone knows whether it continues the marked one: it never kept one that does not. */
const isBehind = (trees: Marked, marked: Marked): boolean =>
  [...marked].some(([origin, { size, root }]) => {
    const tree = trees.get(origin)
    return tree === undefined || tree.size < size || (tree.size === size && tree.root !== root)
  })

const read = (file: string): Marked | null => {
  if (!existsSync(file)) return null
  try {
    return new Map(File.parse(JSON.parse(readFileSync(file, 'utf8'))).logs.map(({ origin, ...reached }) => [origin, reached]))
  } catch (cause) {
    throw new StartRefused(`WITNESS_KEY: ${file} beside the key cannot be read. Bring it back as it was last.`, { cause })
  }
}

const synced = (path: string, flags: string, act: (handle: number) => void): void => {
  const handle = openSync(path, flags, 0o600)
  try {
    act(handle)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const write = (file: string, marked: Marked): void => {
  const logs = [...marked].map(([origin, { size, root }]) => ({ origin, size: String(size), root }))
  synced(`${file}.new`, 'w', (handle) => writeFileSync(handle, `${JSON.stringify({ v: 1, logs })}\n`))
  // A crash here leaves the mark before, and a draft that the next write replaces.
  renameSync(`${file}.new`, file)
  synced(dirname(file), 'r', () => {})
}

const lost = (file: string): StartRefused =>
  new StartRefused(
    `WITNESS_KEY: ${file} beside the key is missing: it says how far this witness came, and without it nobody can tell whether the database is the newest. Bring it back as it was last, or begin anew with another key and another name.`,
  )

const wentBack = (file: string): StartRefused =>
  new StartRefused(
    `WITNESS_DATA: this database is older than what was cosigned by this key (${file}). A witness that forgot what it cosigned must not go on: put the newest database back, or begin anew with another key and another name.`,
  )

/** `first`: this key never signed anything, so the mark is made if there is none. The record may be ahead of the mark, never behind. Errors: StartRefused. */
export const openMark = (file: string, record: WitnessRecord, first: boolean): Mark => {
  let marked: Marked = new Map()
  // Under the record's lock: of two processes on one record, neither writes over what the other marked meanwhile.
  const level = (): void =>
    record.whileStill((trees) => {
      const reached = reachedBy(trees)
      if (isBehind(reached, marked)) throw wentBack(file)
      write(file, reached)
      marked = reached
    })
  const begun = read(file)
  if (begun === null && !first) throw lost(file)
  marked = begun ?? marked
  try {
    level()
  } catch (cause) {
    throw cause instanceof StartRefused ? cause : new StartRefused(`WITNESS_KEY: ${file} beside the key cannot be written.`, { cause })
  }
  return {
    cover: (origin) => {
      const last = record.last(origin)
      if (last === null || same(marked.get(origin), reachedBy([{ origin, ...last }]).get(origin))) return
      level()
    },
  }
}
