// The answer as it is written: under its name only once it is whole, and what it comes to, held against the list and the file.
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { LedgerError, parseScrubToken } from '@consent-ledger/domain'
import { LineSplitter, longestAnswer, saltedHash, ScrubEnd, ScrubTrouble } from '@consent-ledger/proof'
import { parseNote } from '@consent-ledger/tlog'

/** `before`: bytes before the last line. `allowed`: lines with a yes, by the token. `troubles`: how many lines could not be read, and the first of them. */
export type Saved = { end: ScrubEnd; before: number; allowed: number; troubles: { count: number; first: ScrubTrouble | null } }

const noEnd = (cause?: unknown): LedgerError =>
  new LedgerError('INTEGRITY', 'The answer does not end with a line that has a token: it is not whole.', { cause })

const endIn = (line: Buffer | null): Pick<Saved, 'end' | 'allowed'> => {
  if (line === null) throw noEnd()
  try {
    const end = ScrubEnd.parse(JSON.parse(line.toString('utf8')))
    return { end, allowed: parseScrubToken(parseNote(end.token).text).allowed }
  } catch (cause) {
    throw noEnd(cause)
  }
}

const troubleIn = (line: Buffer): ScrubTrouble | null => {
  if (!line.includes('"error"')) return null
  return ScrubTrouble.safeParse(JSON.parse(line.toString('utf8'))).data ?? null
}

/** Looks at the lines as they go by. Errors: INTEGRITY if the last one has no token. */
class Watch {
  readonly #splitter = new LineSplitter(longestAnswer)
  #last: Buffer | null = null
  #length = 0
  readonly #troubles: Saved['troubles'] = { count: 0, first: null }

  add(piece: Buffer): void {
    this.#length += piece.length
    for (const { bytes } of this.#splitter.push(piece)) {
      this.#last = bytes
      const trouble = bytes && troubleIn(bytes)
      if (trouble !== null) this.#troubles.count += 1
      this.#troubles.first ??= trouble
    }
  }

  saved(): Saved {
    if (this.#splitter.end().length > 0) throw noEnd()
    const last = this.#last?.length ?? 0
    return { ...endIn(this.#last), before: this.#length - last - 1, troubles: this.#troubles }
  }
}

/** Where the pieces go; `done` is called once all are there and whole. */
type Sink = { put: (piece: Buffer) => Promise<void>; done: () => Promise<void>; undo: () => Promise<void> }

/** A new file for its owner alone: it stands under its name only when it is whole. Errors: ALREADY_DONE if something has that name. */
export const fileSink = async (path: string): Promise<Sink> => {
  const taken = await stat(path).catch(() => null)
  if (taken !== null)
    throw new LedgerError('ALREADY_DONE', 'The file of --out is there already, and nothing is overwritten: name another one.')
  const part = `${path}.part`
  const file = await open(part, 'w', 0o600)
  return {
    put: (piece) => file.appendFile(piece),
    done: async () => {
      await file.close()
      await rename(part, path)
    },
    undo: async () => {
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
    put: async (piece) => out(decoder.write(piece)),
    done: async () => out(decoder.end()),
    undo: async () => {},
  }
}

/** Writes an answer to its end. Errors: INTEGRITY, those of the answer and of the disk; nothing stands under the name then. */
export const save = async (answer: AsyncIterable<Buffer>, sink: Sink): Promise<Saved> => {
  const watch = new Watch()
  try {
    for await (const piece of answer) {
      watch.add(piece)
      await sink.put(piece)
    }
    const saved = watch.saved()
    await sink.done()
    return saved
  } catch (error) {
    await sink.undo()
    throw error
  }
}

const hashOf = async (nonce: string, pieces: AsyncIterable<Uint8Array>, length: number = Number.POSITIVE_INFINITY): Promise<string> => {
  const hash = saltedHash(nonce)
  let left = length
  for await (const piece of pieces) {
    hash.update(piece.subarray(0, left))
    left -= Math.min(left, piece.length)
  }
  return hash.digest('hex')
}

/** Holds the file that was written against its last line. Errors: INTEGRITY. */
export const demandAsWritten = async (path: string, { end, before }: Saved): Promise<void> => {
  const pieces: AsyncIterable<Uint8Array> = createReadStream(path)
  if ((await hashOf(end.nonce, pieces, before)) === end.outputSha256) return
  throw new LedgerError('INTEGRITY', 'The file that was written is not the answer whose hash stands in its last line.')
}

/** Holds the list, read once more, against the last line. Errors: INTEGRITY. */
export const demandAsSent = async (list: AsyncIterable<Uint8Array>, { end }: Saved): Promise<void> => {
  if ((await hashOf(end.nonce, list)) === end.inputSha256) return
  throw new LedgerError('INTEGRITY', 'The list was changed while it was sent: what the ledger checked is not what the file says now.')
}
