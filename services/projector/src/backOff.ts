// After how long what failed is tried again.
import { setTimeout } from 'node:timers/promises'

const first = 50
const longest = 10_000

/** Ms to wait after the nth failure in a row (from 1): twice as long each time, 10 s at most. */
export const backOff = (failures: number): number => Math.min(first * 2 ** (failures - 1), longest)

/** Resolves after `wait` ms, or at once when `signal` aborts. */
export const pause = async (wait: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(wait, undefined, { signal }).catch(() => {})
}
