// Long work in pieces: requests of the same process wait for the thread.
import { setImmediate } from 'node:timers/promises'

/** Longest piece of work, ms. A turn given away under full load comes back only behind 20 to 60 ms of requests, so none is given away for less. */
const atOnce = 10

/** To be awaited between steps of a long piece of work: lets the requests have their turn if the thread was held for long enough, else goes on at once. */
export const givingTurns = (now: () => number = () => performance.now()): (() => Promise<void>) => {
  let since = now()
  return async () => {
    if (now() - since < atOnce) return
    await setImmediate()
    since = now()
  }
}
