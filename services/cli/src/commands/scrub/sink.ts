// Where bytes are written: a new file that stands under its name only once it is whole, or standard output.
import { randomBytes } from 'node:crypto'
import { closeSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { LedgerError } from '@consent-ledger/domain'

/** `done` is called once all is there and whole; it is durable then. `undo` leaves nothing behind, at once, and does nothing after `done`. */
export type Sink = { put: (piece: Uint8Array) => Promise<void>; done: () => Promise<void>; undo: () => void }

const taken = (option: string, since: string): LedgerError =>
  new LedgerError('ALREADY_DONE', `The file of ${option} is there ${since}, and nothing is overwritten: name another one.`)

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** What a file system says that has no links, as on a memory stick. */
const linkless: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/** Gives the file its name, unless somebody has it: a rename would take it away from them. */
const publish = (part: string, path: string): void => {
  try {
    linkSync(part, path)
    rmSync(part)
  } catch (error) {
    if (!linkless.includes(codeOf(error))) throw error
    // The name is taken first, empty, so that the rename takes it from nobody.
    closeSync(openSync(path, 'wx', 0o600))
    renameSync(part, path)
  }
}

/** The name of a file that is new in it outlasts a power cut. */
const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/**
 * For its owner alone, until it is whole under a name that nobody else has. `option`: the one that names it. Errors: ALREADY_DONE if something has that name, also of `done`
 * if it came meanwhile; INVALID_REQUEST if nothing can be written there.
 */
export const newFile = async (path: string, option: string): Promise<Sink> => {
  if ((await lstat(path).catch(() => null)) !== null) throw taken(option, 'already')
  const part = `${path}.${randomBytes(8).toString('hex')}.part`
  const file = await open(part, 'wx', 0o600).catch((cause: unknown) => {
    throw new LedgerError('INVALID_REQUEST', `The file of ${option} cannot be written: name one in a directory that is there.`, { cause })
  })
  let isDone = false
  return {
    put: (piece) => file.appendFile(piece),
    done: async () => {
      await file.sync()
      await file.close()
      try {
        publish(part, path)
      } catch (error) {
        throw codeOf(error) === 'EEXIST' ? taken(option, 'meanwhile') : error
      }
      isDone = true
      await syncDirectory(dirname(path))
    },
    undo: () => {
      if (isDone) return
      rmSync(part, { force: true })
      // Nothing waits for it: the bytes have no name any more.
      file.close().catch(() => {})
    },
  }
}

/** Standard output takes what comes; what of it was no whole answer ends with an error. */
export const outputSink = (out: (text: string) => void): Sink => {
  // A piece may end inside a character: the token has a dash of three bytes.
  const decoder = new StringDecoder('utf8')
  return {
    put: async (piece) => out(decoder.write(Buffer.from(piece))),
    done: async () => out(decoder.end()),
    undo: () => {},
  }
}

/** The pieces as they go by, each written first. */
export async function* copiedTo(sink: Sink, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    await sink.put(piece)
    yield piece
  }
}
