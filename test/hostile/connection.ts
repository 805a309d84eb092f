// A raw connection to the ledger: what is written to it is exactly what was made up, and every answer has a deadline.
import { connect, type Socket } from 'node:net'
import { AnswerReader, type Answer } from './answers.ts'

/** Guards against hanging only: nothing takes nearly as long. */
const deadline = 30_000

/** Why there was no answer. */
export class NoAnswer extends Error {}

export class Connection {
  readonly #socket: Socket
  readonly #reader = new AnswerReader()
  #wake = (): void => {}
  closed = false

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('error', () => {})
    this.#socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk)
      this.#wake()
    })
    this.#socket.once('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  /** Writes all requests at once and reads an answer to each; fewer if one of them says that the connection ends. Errors: NoAnswer. */
  async exchange(requests: readonly { method: string; bytes: Buffer }[]): Promise<Answer[]> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const answers: Answer[] = []
    this.#wake = () => {
      if (this.#read(requests, answers)) return resolve()
      if (this.closed) reject(new NoAnswer(`closed after ${answers.length} of ${requests.length} answers`))
    }
    const timer = setTimeout(() => reject(new NoAnswer('no answer before the deadline')), deadline)
    this.#socket.write(Buffer.concat(requests.map(({ bytes }) => bytes)))
    try {
      await promise
      return answers
    } finally {
      clearTimeout(timer)
      this.#wake = () => {}
    }
  }

  /** Whether all that is to come has come. */
  #read(requests: readonly { method: string }[], answers: Answer[]): boolean {
    while (answers.length < requests.length) {
      const answer = this.#reader.next(requests[answers.length]?.method ?? 'GET')
      if (answer === null) return false
      answers.push(answer)
      if (answer.headers.get('connection') === 'close') {
        this.end()
        return true
      }
    }
    return true
  }

  end(): void {
    this.closed = true
    this.#socket.destroy()
  }
}

/** Writes what may be no request at all, says that nothing more comes, and reads until the ledger closes. Errors: NoAnswer if it does not. */
export const throwAt = async (port: number, bytes: Buffer): Promise<Answer[]> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  const reader = new AnswerReader()
  const timer = setTimeout(() => reject(new NoAnswer('the connection stays open')), deadline)
  socket.on('error', () => {}).once('close', () => resolve())
  socket.on('data', (chunk: Buffer) => reader.push(chunk)).once('end', () => socket.destroy())
  socket.end(bytes)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
  const answers: Answer[] = []
  for (let answer = reader.next('GET'); answer !== null; answer = reader.next('GET')) answers.push(answer)
  if (reader.begun) throw new NoAnswer('half an answer')
  return answers
}
