// Faults on demand: the next calls of a kind go wrong in a named way, counted, and a test can wait until one was met and let it go on.

export type Operation = 'append' | 'read' | 'subscribe'

/**
 * refuse: 'Server Is Not Ready', nothing applied. fail: an error, nothing applied. denied: access denied. wrongPassword: the whole call is refused, the shared
 * append stream with it. dropBefore: the connection is reset, nothing applied.
 * silent: no answer ever, nothing applied. late: nothing until `release`, then applied and answered. diskFull: the append times out and the server ends, as the
 * real one does, until `start`; nothing applied.
 * Appends: dropAfterApplying, failAfterApplying, silentAfterApplying: applied, then as named. timeout: answered so at once; applied only at `release`.
 * timeoutAfterApplying: applied at once, yet answered as timed out. conflictAfterApplying: applied, yet answered as in conflict: of a try whose first the
 * server has forgotten.
 * Reads and subscriptions: dropMidway: reset after `after` events. tooSlow (subscriptions): thrown out after `after` events.
 */
export type FaultName =
  | 'refuse'
  | 'fail'
  | 'denied'
  | 'wrongPassword'
  | 'dropBefore'
  | 'silent'
  | 'late'
  | 'diskFull'
  | 'dropAfterApplying'
  | 'failAfterApplying'
  | 'silentAfterApplying'
  | 'timeout'
  | 'timeoutAfterApplying'
  | 'conflictAfterApplying'
  | 'dropMidway'
  | 'tooSlow'

export type FaultOptions = {
  /** How many calls it is for; 1 by default. */
  times?: number
  /** Only calls on this stream ('$all' for reads and subscriptions of everything). */
  stream?: string
  /** dropMidway, tooSlow: after how many events; 0 by default. */
  after?: number
}

/** One call that met a fault. `released` resolves when the test lets it go on, to `false` if the server was started again meanwhile. */
export type Met = { name: FaultName; after: number; released: Promise<boolean> }

type Planned = { operation: Operation; name: FaultName; left: number; stream: string | undefined; after: number; plan: Plan }

/** A fault as planned: what a test waits for and lets go. */
export class Plan {
  /** Resolves when the first call has met the fault: an applied one is applied then. */
  readonly met: Promise<void>
  readonly #met = Promise.withResolvers<void>()
  readonly #released = Promise.withResolvers<boolean>()

  constructor() {
    this.met = this.#met.promise
  }

  /** Lets every call that is held by this fault go on, and those that still meet it. */
  release(): void {
    this.#released.resolve(true)
  }

  /** Held calls are never applied: the process that held them is gone. */
  forget(): void {
    this.#released.resolve(false)
  }

  meet(): Promise<boolean> {
    // After the call's own handler, which applies at once.
    queueMicrotask(() => this.#met.resolve())
    return this.#released.promise
  }
}

export class Faults {
  /** Calls that have arrived, by kind, those with a fault too. */
  readonly arrived: Record<Operation, number> = { append: 0, read: 0, subscribe: 0 }
  #planned: Planned[] = []
  #plans = new Set<Plan>()
  #waiting: { operation: Operation; count: number; resolve: () => void }[] = []

  /** The next calls of this kind meet the fault; several plans are met in the order in which they were made. */
  next(operation: Operation, name: FaultName, { times = 1, stream, after = 0 }: FaultOptions = {}): Plan {
    const plan = new Plan()
    this.#plans.add(plan)
    this.#planned.push({ operation, name, left: times, stream, after, plan })
    return plan
  }

  /** Resolves when `more` calls of this kind have arrived after now. */
  arrival(operation: Operation, more = 1): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ operation, count: this.arrived[operation] + more, resolve }))
  }

  /** Lets everything that is held go on. */
  release(): void {
    for (const plan of this.#plans) plan.release()
    this.#plans.clear()
  }

  /** No call meets a fault any more; what is held stays held. */
  clear(): void {
    this.#planned = []
  }

  /** Held calls die with the process. */
  restarted(): void {
    for (const plan of this.#plans) plan.forget()
    this.#plans.clear()
  }

  /** For the server: a call has arrived. Answers the fault that it meets. */
  meet(operation: Operation, stream: string): Met | undefined {
    this.arrived[operation] += 1
    const here = this.#waiting.filter((waiting) => waiting.operation === operation && waiting.count <= this.arrived[operation])
    this.#waiting = this.#waiting.filter((waiting) => !here.includes(waiting))
    for (const { resolve } of here) resolve()
    const planned = this.#planned.find((fault) => fault.operation === operation && (fault.stream ?? stream) === stream)
    if (!planned) return undefined
    planned.left -= 1
    if (planned.left <= 0) this.#planned = this.#planned.filter((fault) => fault !== planned)
    return { name: planned.name, after: planned.after, released: planned.plan.meet() }
  }
}
