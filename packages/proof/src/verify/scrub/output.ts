// The answer of a scrub as it was saved: read twice and kept nowhere, since the nonce by which it is hashed stands at its end.
import { saltedHash, ScrubEnd, ScrubTrouble, ScrubVerdict } from '../../scrub/format.ts'
import { LineSplitter, longestAnswer } from '../../scrub/lines.ts'
import { VerifyError } from '../finding.ts'

/** The bytes of a file, from its beginning each time it is called. */
export type Bytes = () => AsyncIterable<Uint8Array>

/** How the file is called in findings. */
export const outputFile = 'the output'

const newline = 0x0a

const cut = (): VerifyError => new VerifyError('OUTPUT_CUT', outputFile)

/** The end of a file, up to some bytes, and how long it is. */
const tailOf = async (bytes: Bytes): Promise<{ tail: Buffer; length: number }> => {
  let tail = Buffer.alloc(0)
  let length = 0
  for await (const chunk of bytes()) {
    length += chunk.length
    tail = Buffer.concat([tail, chunk]).subarray(-2 * longestAnswer)
  }
  return { tail, length }
}

/** `before`: bytes before the last line. */
export type End = { said: ScrubEnd; before: number }

/** Reads the last line. Errors: OUTPUT_CUT if the file does not end with one that has a token. */
export const readEnd = async (output: Bytes): Promise<End> => {
  const { tail, length } = await tailOf(output)
  if (tail.at(-1) !== newline) throw cut()
  const last = tail.subarray(tail.lastIndexOf(newline, -2) + 1)
  try {
    return { said: ScrubEnd.parse(JSON.parse(last.toString('utf8'))), before: length - last.length }
  } catch {
    throw cut()
  }
}

/** `lines`: how many there are before the last, `allowed` those with a yes; `wellFormed`: each is an answer, and their numbers grow. */
export type Hashed = { sha256: string; lines: number; allowed: number; wellFormed: boolean }

class Tally {
  lines = 0
  allowed = 0
  wellFormed = true
  readonly #splitter = new LineSplitter(longestAnswer)
  #last = 0

  add(chunk: Uint8Array): void {
    for (const { bytes } of this.#splitter.push(chunk)) this.#count(bytes)
  }

  #count(line: Buffer | null): void {
    this.lines += 1
    const read = line && answerIn(line)
    if (read === null || read.line <= this.#last) this.wellFormed = false
    if (read === null) return
    this.#last = read.line
    if ('allowed' in read && read.allowed) this.allowed += 1
  }
}

const answerIn = (line: Buffer): ScrubVerdict | ScrubTrouble | null => {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    const verdict = ScrubVerdict.safeParse(value)
    return verdict.success ? verdict.data : (ScrubTrouble.safeParse(value).data ?? null)
  } catch {
    return null
  }
}

/** Hashes and counts what stands before the last line. */
export const hashOutput = async (output: Bytes, { said: { nonce }, before }: End): Promise<Hashed> => {
  const hash = saltedHash(nonce)
  const tally = new Tally()
  let left = before
  for await (const chunk of output()) {
    const part = chunk.subarray(0, left)
    hash.update(part)
    tally.add(part)
    left -= part.length
  }
  return { sha256: hash.digest('hex'), lines: tally.lines, allowed: tally.allowed, wellFormed: tally.wellFormed }
}

/** The hash of a list of addresses. */
export const hashInput = async (input: Bytes, nonce: string): Promise<string> => {
  const hash = saltedHash(nonce)
  for await (const chunk of input()) hash.update(chunk)
  return hash.digest('hex')
}
