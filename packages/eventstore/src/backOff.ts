// After how long what failed is tried again.
import { setTimeout } from 'node:timers/promises'

const first = 40

/**
 * Ms to wait after the nth failure in a row (from 1): twice as long each time, `longest` at most; half of it by chance, so that processes do not come
 * back as one.
 */
export const backOff = (failures: number, longest: number): number => {
  const most = Math.min(first * 2 ** (failures - 1), longest)
  return most / 2 + (Math.random() * most) / 2
}

/** Resolves after `wait` ms, or at once when `signal` aborts. */
export const pause = async (wait: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(wait, undefined, { signal }).catch(() => {})
}
