// Lines as they come, in pieces of any size: each with its number, and none kept that is longer than it may be.

/** A line, counted from 1 as editors count, without its newline. `bytes` null: longer than is read. */
export type Line = { number: number; bytes: Buffer | null }

/** Bytes. No line of an answer is longer; the last one holds a token. */
export const longestAnswer = 16_384

const newline = 0x0a

/** Splits what is pushed. */
export class LineSplitter {
  readonly #longest: number
  #number = 1
  #rest: Uint8Array[] = []
  #restLength = 0

  /** `longest`: bytes of a line that is kept. */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** The lines that end in this piece. */
  push(piece: Uint8Array): Line[] {
    const lines: Line[] = []
    let from = 0
    for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, from)) {
      this.#keep(piece.subarray(from, at))
      lines.push(this.#take())
      from = at + 1
    }
    this.#keep(piece.subarray(from))
    return lines
  }

  /** What stands behind the last newline, if anything does. */
  end(): Line[] {
    return this.#restLength === 0 ? [] : [this.#take()]
  }

  #take(): Line {
    const bytes = this.#restLength > this.#longest ? null : Buffer.concat(this.#rest)
    this.#rest = []
    this.#restLength = 0
    return { number: this.#number++, bytes }
  }

  /** Of a line that is too long only its length is kept. */
  #keep(part: Uint8Array): void {
    this.#restLength += part.length
    if (this.#restLength > this.#longest) this.#rest = []
    else if (part.length > 0) this.#rest.push(part)
  }
}
