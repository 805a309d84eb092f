// How far what was decided here has reached the systems that write to people: the recipients of the catalogue that have an id, and what they acknowledge.
import type { Catalogue } from './catalogue/catalogue.ts'
import { purposeVersionAt, zoneOf } from './catalogue/reading.ts'
import type { FeedPlace } from './eligibility/change.ts'
import { addDuration, durationMs } from './time.ts'

/** A recipient that several purposes may name. `name`: as the first of them has it. `stopWithin`: the shortest that any of them asks for, ISO 8601; null where none does. */
export type DownstreamSystem = { id: string; name: string; purposes: string[]; stopWithin: string | null }

const shorter = (one: string | null, other: string | undefined): string | null => {
  if (other === undefined) return one
  return one === null || durationMs(other) < durationMs(one) ? other : one
}

/** The systems that the purposes name in their versions of `at` (epoch ms), each id once, in the order of the catalogue; retired purposes too: theirs are the ones to stop. */
export const downstreamSystems = (catalogue: Catalogue, at: number): DownstreamSystem[] => {
  const found = new Map<string, DownstreamSystem>()
  for (const purpose of catalogue.purposes.values())
    for (const { id, name, stopWithin } of purposeVersionAt(purpose, at)?.recipients ?? []) {
      if (id === undefined) continue
      const system = found.get(id) ?? { id, name, purposes: [], stopWithin: null }
      if (!system.purposes.includes(purpose.id)) system.purposes.push(purpose.id)
      system.stopWithin = shorter(system.stopWithin, stopWithin)
      found.set(id, system)
    }
  return [...found.values()]
}

/** What a system said last: the place in the feed up to which it has applied everything, and when it said so. Epoch ms. */
type Said = FeedPlace & { at: number; slowestMs: number | null }

/** `n` behind which nothing is known to be applied: a place of an earlier epoch tells nothing of this one. */
export const appliedTo = (last: Said | null, { epoch }: Pick<FeedPlace, 'epoch'>): bigint =>
  last !== null && last.epoch === epoch ? last.n : 0n

/**
 * Since when the oldest of the stops behind `appliedTo` waits; null if there is none. `oldest`: its `effectiveAt`. A new epoch tells again what the system had applied
 * before: that waits no longer than since it last said so. Epoch ms.
 */
export const waitsSince = (last: Said | null, { epoch }: Pick<FeedPlace, 'epoch'>, oldest: number | null): number | null => {
  if (oldest === null || last === null || last.epoch === epoch) return oldest
  return Math.max(oldest, last.at)
}

/** Whether what waits since `since` ought to have been stopped before `now`, both epoch ms, `stopWithin` on the controller's calendar. */
export const isOverdue = (catalogue: Catalogue, stopWithin: string | null, since: number | null, now: number): boolean =>
  stopWithin !== null && since !== null && addDuration(since, stopWithin, zoneOf(catalogue)) < now

/**
 * What a system's word comes to. `oldest`: of the stops between `appliedTo(last, place)` and `place.n`. `slowestMs`: the longest time from a stop to this word; where
 * no stop lay between, that of the word before: how quick a system is shows only where it had something to do.
 */
export const acknowledgementOf = (
  recipient: string,
  last: Said | null,
  place: FeedPlace,
  at: number,
  oldest: number | null,
): Said & { recipient: string } => {
  const since = waitsSince(last, place, oldest)
  return { recipient, ...place, at, slowestMs: since === null ? (last?.slowestMs ?? null) : Math.max(0, at - since) }
}
