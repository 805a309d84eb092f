// What a receipt tells of where a person stands: the same words for an act of a site, of staff, and one that is only rehearsed.
import { z } from 'zod'
import { catalogueKnownAt, type Catalogue } from '../catalogue/catalogue.ts'
import { allChannels } from '../catalogue/reading.ts'
import { Channel } from '../words.ts'
import type { JsonObject } from '../json.ts'
import { StateRow } from './rows.ts'
import { statesOf } from './state.ts'
import type { Subject } from './subject.ts'

/** State of one purpose on one channel, as the act left it. `until`, `askAgainFrom`: null where there is no end, nothing to wait for. `objected`: there only where an objection is in force, whatever the state says. */
export const StateAfter = StateRow.pick({ purpose: true, channel: true, state: true, until: true, askAgainFrom: true }).extend({
  objected: z.literal(true).optional(),
})
export type StateAfter = z.infer<typeof StateAfter>

const Named = z.array(Channel).catch([])

/** The channels of each purpose that an act named, and those that it named beside them. */
const touched = (catalogue: Catalogue, facts: readonly { data: JsonObject }[]): { purpose: string; channel: Channel }[] => {
  const channels = new Map<string, Set<Channel>>()
  for (const { data } of facts) {
    const known = typeof data['purpose'] === 'string' ? catalogue.purposes.get(data['purpose']) : undefined
    if (!known) continue
    const own = channels.get(known.id) ?? new Set(allChannels(known))
    for (const channel of Named.parse(data['channels'])) own.add(channel)
    channels.set(known.id, own)
  }
  return [...channels].flatMap(([purpose, own]) => [...own].map((channel) => ({ purpose, channel })))
}

/** State of the purposes that an act named, on each of their channels, as it stood at `recordedAt` (epoch ms) and as the catalogue was known then. `subject`: up to and including the act. */
export const stateAfter = (
  subject: Subject,
  whole: Catalogue,
  facts: readonly { data: JsonObject }[],
  recordedAt: number,
): StateAfter[] => {
  const keys = touched(catalogueKnownAt(whole, recordedAt), facts)
  return statesOf(subject, whole, keys, { at: recordedAt, knownAt: recordedAt }).map(
    ({ purpose, channel, state, until, askAgainFrom, objected }) => ({
      purpose,
      channel,
      state,
      until,
      askAgainFrom,
      ...(objected ? { objected } : {}),
    }),
  )
}
