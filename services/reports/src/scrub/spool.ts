// What a client does not take yet, on disk: so that reading what it sends never waits for it, and memory stays flat however long it waits.
import { randomUUID } from 'node:crypto'
import { close, openSync, read, unlinkSync, write } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { LedgerError } from '@consent-ledger/domain'

const readAt = promisify(read)
const writeAt = promisify(write)

/** Bytes that are held in memory before any go to disk, and that are read back at once. */
const inMemory = 256 * 1024
const pieceSize = 64 * 1024

/**
 * A file that only this process can see, 0600, gone with it whatever happens. It loses its name before its first byte: a crash between the two leaves an empty file
 * behind, and nothing of anybody.
 */
const openNameless = (directory: string): number => {
  const path = join(directory, `scrub-${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

/** Bytes in the order in which they are written; one writer, who waits for each write, and one reader, `readable`. */
export class Spool {
  readonly readable: Readable
  readonly #directory: string
  readonly #most: number
  #file: number | null = null
  /** One use of the file after the other; both places are changed in their turn alone. */
  #turn: Promise<unknown> = Promise.resolve()
  #readTo = 0
  #writtenTo = 0
  #wanted = false
  #reading = false
  #ended = false

  /** `directory`: where the file is made, if one is needed. `most`: bytes that it may have. */
  constructor(directory: string, most: number) {
    this.#directory = directory
    this.#most = most
    this.readable = new Readable({
      highWaterMark: inMemory,
      read: () => {
        this.#wanted = true
        this.#give()
      },
      destroy: (error, done) => {
        void this.#letGo(() => done(error))
      },
    })
  }

  /** Adds bytes: to memory while they are taken from there, else to disk. Waits for the disk, never for the reader. Errors: TOO_LARGE, those of the disk; nobody reads any more. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#readTo === this.#writtenTo && !this.#reading && this.readable.readableLength < inMemory && !this.readable.destroyed) {
      this.readable.push(bytes)
      return
    }
    await this.#inTurn(async (file) => {
      if (this.#writtenTo + bytes.length > this.#most)
        throw new LedgerError('TOO_LARGE', 'More of the answers waits to be taken than there is disk for.')
      for (let from = 0; from < bytes.length;) {
        const { bytesWritten } = await writeAt(file, bytes, from, bytes.length - from, this.#writtenTo)
        from += bytesWritten
        this.#writtenTo += bytesWritten
      }
    })
    this.#give()
  }

  /** Errors: nobody reads any more. */
  demandReader(): void {
    if (this.readable.destroyed) throw new Error('nobody reads the spool any more')
  }

  /** Nothing more comes. */
  end(): void {
    this.#ended = true
    this.#give()
  }

  /** There will be no more, and what is there is not whole: whoever reads is cut off. */
  fail(error: unknown): void {
    this.readable.destroy(error instanceof Error ? error : new Error('the spool failed', { cause: error }))
  }

  #give(): void {
    if (!this.#wanted || this.#reading || this.readable.destroyed) return
    if (this.#readTo < this.#writtenTo) void this.#readBack()
    else if (this.#ended) this.readable.push(null)
  }

  async #readBack(): Promise<void> {
    this.#reading = true
    const piece = Buffer.allocUnsafe(Math.min(pieceSize, this.#writtenTo - this.#readTo))
    try {
      const bytesRead = await this.#inTurn(async (file) => {
        const { bytesRead: length } = await readAt(file, piece, 0, piece.length, this.#readTo)
        this.#readTo += length
        // All was taken: what comes next begins at the front again, so that the file is never longer than what waits.
        if (this.#readTo === this.#writtenTo) this.#readTo = this.#writtenTo = 0
        return length
      })
      this.#reading = false
      this.#wanted = this.readable.push(piece.subarray(0, bytesRead))
      this.#give()
    } catch (error) {
      this.fail(error)
    }
  }

  /** `done`: once nothing of it is held any more. */
  async #letGo(done: () => void): Promise<void> {
    await this.#turn
    if (this.#file === null) done()
    else close(this.#file, done)
  }

  async #inTurn<T>(use: (file: number) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      this.demandReader()
      this.#file ??= openNameless(this.#directory)
      return use(this.#file)
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
