// The answer as it is written, and what it comes to, held against the list and the file.
import { createReadStream } from 'node:fs'
import { LedgerError, parseScrubToken } from '@consent-ledger/domain'
import { LineSplitter, longestAnswer, saltedHash, ScrubEnd, ScrubTrouble } from '@consent-ledger/proof'
import { parseNote } from '@consent-ledger/tlog'
import type { Sink } from './sink.ts'

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

/** Writes an answer to its end. Errors: INTEGRITY, those of the answer and of the disk; the sink is not done then. */
export const save = async (answer: AsyncIterable<Buffer>, sink: Sink): Promise<Saved> => {
  const watch = new Watch()
  for await (const piece of answer) {
    watch.add(piece)
    await sink.put(piece)
  }
  const saved = watch.saved()
  await sink.done()
  return saved
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
