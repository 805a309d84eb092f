// A later yes of the person ends the objections to that consent purpose on that channel: said in the same append, beside the yes.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { iso } from '../time.ts'
import type { Channel } from '../words.ts'
import type { SubjectFact } from './events.ts'
import { objectionsOn } from './objection.ts'
import type { Subject } from './subject.ts'

/** What a yes that is vouched for ends, `orderAt` (epoch ms) being its place in the order: [] where no earlier objection is in force. The fold itself goes by the yes. */
export const liftedBy = (
  subject: Subject,
  catalogue: Catalogue,
  yes: { purpose: string; channels: readonly Channel[] },
  orderAt: number,
): SubjectFact[] => {
  const cut = { at: orderAt, knownAt: Infinity }
  const ended = yes.channels
    .map((channel) => ({ channel, noes: objectionsOn(subject, catalogue, yes.purpose, channel, cut).filter((no) => no.orderAt < orderAt) }))
    .filter(({ noes }) => noes.length > 0)
  if (ended.length === 0) return []
  const data = {
    controller: catalogue.controllerId,
    purpose: yes.purpose,
    channels: ended.map((one) => one.channel),
    objections: [...new Set(ended.flatMap(({ noes }) => noes.map(({ eventId }) => eventId)))],
    by: 'consent' as const,
    orderAt: iso(orderAt),
  }
  return [{ type: 'ObjectionLifted', data }]
}
