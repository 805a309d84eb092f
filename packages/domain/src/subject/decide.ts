// From an admitted act to the events of one subject: one act, one append. A change of state is never a duplicate, and the same answer again is a renewal.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { clockOf, consentEnds } from '../catalogue/reading.ts'
import type { SealedEvidence, SealedField, SealedIdentifier } from '../sealed.ts'
import { iso } from '../time.ts'
import type { Trust } from '../event.ts'
import type { Channel, Flag, IdentifierKind } from '../words.ts'
import type { AdmittedContact } from './contact.ts'
import type { Method, NoticeRef, SubjectFact } from './events.ts'
import { orderOfYes } from './answers.ts'
import type { AdmittedAnswer, Occurred } from './admission.ts'
import { liftedBy } from './lifting.ts'
import type { Subject } from './subject.ts'

/** A link that the directory holds for an identifier named in the act; `commitment` is that of the identifier as sealed in this act. */
export type ActLink = { linkId: string; scheme: string; kind: IdentifierKind; commitment: string }
/** What an act brings beside its answers. `recordedAt` epoch ms, already made to grow in the stream. `flags` go on each event. */
export type ActContext = {
  site?: string
  trust: Trust
  recordedAt: number
  occurred: Occurred
  method?: Method | undefined
  identifiers?: SealedIdentifier[]
  evidence?: SealedEvidence
  links: readonly ActLink[]
  flags: readonly Flag[]
}

/**
 * Two clocks (DESIGN §4): within the skew limit the ledger's decides the order, beyond it the time at which the act occurred. Both clocks are read when
 * the act is received: `recordedAt` may lie ahead of that, in a stream that was written while the server's own clock ran ahead.
 */
const orderOf = (catalogue: Catalogue, { at, from, receivedAt }: Occurred, recordedAt: number): number =>
  from === 'ledger' || Math.abs(receivedAt - at) <= clockOf(catalogue, 'skew', receivedAt) ? recordedAt : at

const shared = (catalogue: Catalogue, act: ActContext, orderAt: number, flags: readonly Flag[]) => {
  const all = [...new Set([...act.occurred.flags, ...act.flags, ...flags])]
  return {
    controller: catalogue.controllerId,
    ...(act.site === undefined ? {} : { site: act.site }),
    occurredAt: iso(act.occurred.at),
    occurredAtFrom: act.occurred.from,
    orderAt: iso(orderAt),
    ...(act.method === undefined ? {} : { method: act.method }),
    ...(all.length === 0 ? {} : { flags: all }),
  }
}

/** Channels of a yes by the end of its validity: the law gives some channels a shorter one, and one event has one `until`. */
const byEnd = (catalogue: Catalogue, answer: AdmittedAnswer, from: number): Map<number | null, Channel[]> =>
  Map.groupBy(answer.channels, (channel) => consentEnds(catalogue, answer.version, channel, from))

const factsOf = (subject: Subject, catalogue: Catalogue, act: ActContext, answer: AdmittedAnswer): SubjectFact[] => {
  const orderAt = orderOf(catalogue, act.occurred, act.recordedAt)
  const { channels, version, notice } = answer
  const common = { ...shared(catalogue, act, orderAt, answer.flags), purpose: answer.purpose, purposeVersion: version.version, channels }
  const everyChannel = answer.everyChannel ? { everyChannel: answer.everyChannel } : {}
  const shown = notice && 'sha256' in notice ? { notice: notice satisfies NoticeRef } : {}
  switch (answer.as) {
    case 'given': {
      const from = orderOfYes(orderAt, common)
      const given: SubjectFact[] = [...byEnd(catalogue, answer, from)].map(([until, on]) => ({
        type: 'ConsentGiven',
        data: { ...common, channels: on, ...shown, ...(until === null ? {} : { until: iso(until) }) },
      }))
      const vouched = act.trust === 'secret' && act.method?.kind !== 'import'
      return vouched ? [...given, ...liftedBy(subject, catalogue, answer, orderAt)] : given
    }
    case 'requested': {
      const awaiting = answer.awaiting ?? []
      const expires = awaiting.includes('parent')
        ? {}
        : { expiresAt: iso(act.recordedAt + clockOf(catalogue, 'confirmation', act.recordedAt)) }
      return [{ type: 'ConsentRequested', data: { ...common, ...shown, awaiting, ...expires } }]
    }
    case 'refused':
      return [{ type: 'ConsentRefused', data: { ...common, ...(notice ? { notice } : {}) } }]
    case 'withdrawn':
      return [
        { type: 'ConsentWithdrawn', data: { ...common, ...(answer.scope === 'all' ? { ...everyChannel, scope: answer.scope } : {}) } },
      ]
    case 'objected': {
      const scope = answer.scope === undefined ? {} : { scope: answer.scope }
      return [
        { type: 'ObjectionRecorded', data: { ...common, ...everyChannel, ...scope, basis: answer.basis, ...(notice ? { notice } : {}) } },
      ]
    }
  }
}

const linked = (subject: Subject, catalogue: Catalogue, links: readonly ActLink[]): SubjectFact[] =>
  links
    .filter((link) => !subject.links.has(link.linkId) && !subject.unlinked.has(link.linkId))
    .map((link) => ({ type: 'IdentityLinked', data: { controller: catalogue.controllerId, ...link } }))

/** Identifiers and evidence stand on the first event of an act, once. */
const withPersonal = (facts: SubjectFact[], act: ActContext): SubjectFact[] => {
  const [first, ...others] = facts
  if (!first) return []
  const personal = { ...(act.identifiers ? { identifiers: act.identifiers } : {}), ...(act.evidence ? { evidence: act.evidence } : {}) }
  return [{ ...first, data: { ...first.data, ...personal } } as SubjectFact, ...others]
}

/** The events of one act on one subject, in order: its answers, the objections that its yeses end, the links that it shows. Never [] for an act with answers. */
export const decideAct = (subject: Subject, catalogue: Catalogue, answers: readonly AdmittedAnswer[], act: ActContext): SubjectFact[] =>
  withPersonal([...answers.flatMap((answer) => factsOf(subject, catalogue, act, answer)), ...linked(subject, catalogue, act.links)], act)

/** A notice was shown, apart from any answer. */
export const decideNoticeView = (
  subject: Subject,
  catalogue: Catalogue,
  notice: NoticeRef,
  act: ActContext & { site: string },
): SubjectFact[] => {
  const when = { ...shared(catalogue, act, orderOf(catalogue, act.occurred, act.recordedAt), []), site: act.site }
  return withPersonal([{ type: 'NoticeShown', data: { ...when, notice } }, ...linked(subject, catalogue, act.links)], act)
}

/** A contact by the person and, in the same append, what they refused beside it. `reference`: the seller's own of a sale. */
export const decideContact = (
  subject: Subject,
  catalogue: Catalogue,
  { kind, sale }: AdmittedContact,
  answers: readonly AdmittedAnswer[],
  act: ActContext & { reference?: SealedField },
): SubjectFact[] => {
  const data = {
    ...shared(catalogue, act, orderOf(catalogue, act.occurred, act.recordedAt), []),
    kind,
    ...(sale ? { sale: { ...sale, ...(act.reference ? { reference: act.reference } : {}) } } : {}),
  }
  const noes = answers.flatMap((answer) => factsOf(subject, catalogue, act, answer))
  return withPersonal([{ type: 'ContactRecorded', data }, ...noes, ...linked(subject, catalogue, act.links)], act)
}
