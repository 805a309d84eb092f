// When a follower applies at once, and when it lets events gather: a transaction costs nearly the same for one event as for a hundred.
import { setImmediate, setTimeout } from 'node:timers/promises'

/** What each event of a group lets the next ones gather, ms; and the longest that it comes to. */
const forEach = 5
const longest = 50

/**
 * ms to wait behind a group of so many events. A full group has more behind it that has gathered already: 0. One act alone holds up nobody who comes
 * after it, while a steady stream of more than one event per `forEach` comes to the longest: so the wait is paid where it saves something.
 */
export const gatheringBehind = (events: number, full: boolean): number => (full ? 0 : Math.min(longest, events * forEach))

/** Lets events gather behind a group, or at least lets others work: a follower runs on promises alone, and a long catch-up would leave the process no turn for anything else. */
export const gather = async (events: number, full: boolean, signal: AbortSignal): Promise<void> => {
  const wait = gatheringBehind(events, full)
  if (wait === 0) await setImmediate()
  else await setTimeout(wait, undefined, { signal }).catch(() => {})
}
