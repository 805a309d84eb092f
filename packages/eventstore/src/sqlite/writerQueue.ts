// The main thread's side of the writer: gathers appends, hands them over, settles each with what became of it.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { LedgerError } from '@consent-ledger/domain'
import { closedStore } from '../stored.ts'
import type { Outcome, Request } from './writer.ts'
import type { FromWriter, ToWriter } from './writerThread.ts'

type Waiting = { request: Request; resolve: (outcome: Outcome) => void; reject: (fault: LedgerError) => void }

/**
 * So many are handed over at once while the loop still turns: the thread writes them while this one prepares the next. Measured on two free cores, 64 callers
 * with 150 µs of work each: 1.25 × of what one group per turn carries, and of what writing on this thread carries.
 */
const handful = 16

/** How long a caller waits for the disk, ms. */
const longestWait = 10_000

/** An open queue keeps no process alive, an append under way does. */
export class WriterQueue {
  readonly #file: string
  readonly #onFatal: (fault: LedgerError) => void
  #thread: Worker | null = null
  #ended: Promise<void> = Promise.resolve()
  #gathering: Waiting[] = []
  readonly #handedOver: { group: Waiting[]; deadline: NodeJS.Timeout }[] = []
  readonly #patience: number
  /** The disk has let a group wait too long, and has not come back since. */
  #stalled = false
  #scheduled = false
  #closing = false
  #dead: LedgerError | null = null

  /**
   * `patience`: ms after which a caller that waits is told STORE_UNAVAILABLE; until the disk answers again, so is every other at once.
   * `onFatal`: the thread died, which nothing here can heal; everything waiting has failed with STORE_UNAVAILABLE.
   */
  constructor(file: string, onFatal: (fault: LedgerError) => void, patience: number = longestWait) {
    this.#patience = patience
    this.#file = file
    this.#onFatal = onFatal
  }

  /** Resolves when the thread can write. Rejects if it cannot begin. */
  async start(): Promise<void> {
    // Flags of this process (`--eval`, `--test`) are not the thread's.
    const thread = new Worker(new URL('./writerThread.ts', import.meta.url), { workerData: { file: this.#file }, execArgv: [] })
    this.#thread = thread
    this.#ended = new Promise((resolve) => thread.once('exit', () => resolve()))
    // The first message is `ready`; an error before it rejects.
    await once(thread, 'message')
    thread.on('message', (answer: FromWriter) => this.#settle(answer))
    thread.on('error', (cause) => this.#die(cause))
    thread.on('exit', () => this.#die())
    thread.unref()
  }

  /** Errors: STORE_UNAVAILABLE, DATA_CORRUPT. */
  append(request: Request): Promise<Outcome> {
    if (this.#dead !== null) return Promise.reject(this.#dead)
    if (this.#closing) return Promise.reject(closedStore())
    if (this.#stalled) return Promise.reject(slowDisk())
    return new Promise((resolve, reject) => {
      this.#gathering.push({ request, resolve, reject })
      if (this.#gathering.length >= handful) this.#handOver()
      else this.#schedule()
    })
  }

  /** Lets everything that waits be written, then ends the thread. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#dead === null) {
      this.#handOver()
      this.#thread?.ref()
      this.#post('close')
    }
    await this.#ended
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#handOver()
    })
  }

  #handOver(): void {
    if (this.#gathering.length === 0 || this.#dead !== null) return
    const group = this.#gathering
    this.#gathering = []
    const deadline = setTimeout(() => this.#stall(group), this.#patience)
    if (this.#handedOver.push({ group, deadline }) === 1) this.#thread?.ref()
    this.#post(group.map(({ request }) => request))
  }

  #post(message: ToWriter): void {
    this.#thread?.postMessage(message)
  }

  #settle(answer: FromWriter): void {
    const answered = this.#handedOver.shift()
    clearTimeout(answered?.deadline)
    this.#stalled = false
    const group = answered?.group ?? []
    if (this.#handedOver.length === 0 && !this.#closing) this.#thread?.unref()
    if (Array.isArray(answer)) {
      for (const [n, outcome] of answer.entries()) group[n]?.resolve(outcome)
    } else if (answer !== 'ready') {
      const fault = new LedgerError(answer.code, answer.message)
      for (const { reject } of group) reject(fault)
    }
  }

  // What is handed over may be written yet: the same append again will tell. Its place in the queue stays, for the answer that comes.
  #stall(group: Waiting[]): void {
    this.#stalled = true
    for (const { reject } of group) reject(slowDisk())
  }

  // What was handed over may have been written: the callers are told that nothing is acknowledged, and the same append again will tell.
  #die(cause?: unknown): void {
    if (this.#dead !== null || (this.#closing && this.#handedOver.length === 0 && cause === undefined)) return
    this.#dead = new LedgerError('STORE_UNAVAILABLE', 'The thread that writes events has ended; the process must be started again.', {
      cause,
    })
    const waiting = this.#handedOver.splice(0)
    for (const { deadline } of waiting) clearTimeout(deadline)
    for (const { reject } of [...waiting.flatMap(({ group }) => group), ...this.#gathering.splice(0)]) reject(this.#dead)
    this.#onFatal(this.#dead)
  }
}

const slowDisk = (): LedgerError => new LedgerError('STORE_UNAVAILABLE', 'The disk does not answer in time.')
