// How long a call is waited for, how often it is tried again, and how long in between.
import { backOff as atMost, pause } from '../backOff.ts'
import { asLedgerError, passes } from './errors.ts'

/**
 * `whole`: ms for one call of the port with all its tries; less than HTTP callers wait. `answer`: ms for one try; more than the 2.9 s after which the
 * server gives up on an append by itself. `silence`: ms that a subscription waits for the next event before it looks whether the line still stands.
 */
export type Patience = { whole: number; answer: number; silence: number }

export const usualPatience: Patience = { whole: 8_000, answer: 3_200, silence: 10_000 }

/** Longest wait between two tries, ms. */
const longest = 1_000

/** Ms to wait after the nth failure in a row (from 1), 1 s at most. */
export const backOff = (failures: number): number => atMost(failures, longest)

/** How many ms are left, by a clock that nobody sets. */
export class Deadline {
  readonly #end: number
  constructor(ms: number) {
    this.#end = performance.now() + ms
  }
  get left(): number {
    return this.#end - performance.now()
  }
}

/** The answer to a question, asked again after each fault that passes, until `whole` ms are over or `signal` aborts. Errors: in our words. */
export const patiently = async <Answer>(call: () => Promise<Answer>, whole: number, signal: AbortSignal): Promise<Answer> => {
  const deadline = new Deadline(whole)
  for (let failures = 1; ; failures++) {
    try {
      return await call()
    } catch (error) {
      const wait = backOff(failures)
      if (signal.aborted || !passes(error) || deadline.left <= wait) throw asLedgerError(error)
      await pause(wait, signal)
    }
  }
}
