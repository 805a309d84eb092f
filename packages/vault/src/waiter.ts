// One who waits for a write that is shared with others: its own refusal is told to it alone, once the group is over.
import type { Step, Tables } from './tables.ts'

/** `run`: takes the step and writes, inside the group's transaction. Then one of `succeed` (it is durable) and `fail`. */
export type Waiter = { run: (tables: Tables) => void; succeed: () => void; fail: (error: unknown) => void }

/** `isOfAll`: a failure of the step that is no refusal of its own but fails the whole group. */
export const waiter = <T>(
  step: (tables: Tables) => Step<T>,
  resolve: (answer: T) => void,
  reject: (error: unknown) => void,
  isOfAll: (error: unknown) => boolean = () => false,
): Waiter => {
  let outcome: { answer: T } | { refusal: unknown }
  const run = (tables: Tables): void => {
    let result: Step<T>
    try {
      result = step(tables)
    } catch (error) {
      if (isOfAll(error)) throw error
      outcome = { refusal: error }
      return
    }
    result.apply?.()
    outcome = { answer: result.answer }
  }
  return { run, succeed: () => ('answer' in outcome ? resolve(outcome.answer) : reject(outcome.refusal)), fail: reject }
}
