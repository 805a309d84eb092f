// Where bytes are written: a new file that stands under its name only once it is whole, or standard output.
import { open, rename, rm, stat } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { LedgerError } from '@consent-ledger/domain'

/** `done` is called once all is there and whole; `undo` leaves nothing behind, and does nothing after `done`. */
export type Sink = { put: (piece: Uint8Array) => Promise<void>; done: () => Promise<void>; undo: () => Promise<void> }

/** For its owner alone. `option`: the one that names it. Errors: ALREADY_DONE if something has that name; INVALID_REQUEST if nothing can be written there. */
export const newFile = async (path: string, option: string): Promise<Sink> => {
  if ((await stat(path).catch(() => null)) !== null)
    throw new LedgerError('ALREADY_DONE', `The file of ${option} is there already, and nothing is overwritten: name another one.`)
  const part = `${path}.part`
  const file = await open(part, 'w', 0o600).catch((cause: unknown) => {
    throw new LedgerError('INVALID_REQUEST', `The file of ${option} cannot be written: name one in a directory that is there.`, { cause })
  })
  let isDone = false
  return {
    put: (piece) => file.appendFile(piece),
    done: async () => {
      await file.close()
      await rename(part, path)
      isDone = true
    },
    undo: async () => {
      if (isDone) return
      await file.close()
      await rm(part, { force: true })
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
    undo: async () => {},
  }
}

/** The pieces as they go by, each written first. */
export async function* copiedTo(sink: Sink, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    await sink.put(piece)
    yield piece
  }
}
