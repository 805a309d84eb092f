// Double opt-in: the person confirms, before the ledger's own eyes, what was asked for in their name.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { consentEnds, isRetired } from '../catalogue/reading.ts'
import { refuse } from '../errors.ts'
import type { SealedEvidence } from '../sealed.ts'
import { iso, ms } from '../time.ts'
import type { Channel } from '../words.ts'
import type { SubjectFact } from './events.ts'
import { liftedBy } from './lifting.ts'
import { objectionsTo } from './objection.ts'
import { threadKey, type Request, type Subject } from './subject.ts'

const noSince = (subject: Subject, catalogue: Catalogue, request: Request, channel: Channel): boolean => {
  const thread = subject.threads.get(threadKey(request.purpose, channel))
  const noes = [
    ...(thread?.answers ?? []).filter((answer) => answer.said === 'refused' || answer.said === 'withdrawn'),
    ...objectionsTo(subject, catalogue, request.purpose, channel),
  ]
  return noes.some((no) => no.orderAt >= ms(request.orderAt))
}

const confirmed = (catalogue: Catalogue, request: Request, channels: Channel[], recordedAt: number): SubjectFact[] => {
  const version = catalogue.purposes.get(request.purpose)?.versions.find((one) => one.version === request.purposeVersion)
  const { controller, site, purpose, purposeVersion, orderAt, method, flags, notice } = request
  return [...Map.groupBy(channels, (channel) => (version ? consentEnds(catalogue, version, channel, recordedAt) : null))].map(
    ([until, on]) => ({
      type: 'ConsentConfirmed',
      data: {
        controller,
        purpose,
        purposeVersion,
        orderAt,
        channels: on,
        ...(site === undefined ? {} : { site }),
        ...(method === undefined ? {} : { method }),
        ...(flags === undefined ? {} : { flags }),
        ...(notice === undefined ? {} : { notice }),
        occurredAt: iso(recordedAt),
        occurredAtFrom: 'ledger',
        requestEventId: request.eventId,
        confirmedAt: iso(recordedAt),
        ...(until === null ? {} : { until: iso(until) }),
      },
    }),
  )
}

const isOver = (catalogue: Catalogue, request: Request, at: number): boolean => {
  const purpose = catalogue.purposes.get(request.purpose)
  return request.expiresAt === undefined || at >= ms(request.expiresAt) || (purpose !== undefined && isRetired(catalogue, purpose, at))
}

/** The requests of one act that a confirmation could answer: none of them if it waits for a parent too. */
export const requestsOf = (subject: Subject, actId: string): Request[] =>
  [...subject.requests.values()].filter((request) => request.actId === actId && !request.awaiting.includes('parent'))

/**
 * Confirms what the act `requestActId` asked for, and ends the objections from before it: [] if it is confirmed already. A channel on which a no came since is left out.
 * Errors: CONFIRMATION_GONE if the time is over, the purpose is retired, a no stands on all of it, or nothing waits.
 */
export const decideConfirmation = (
  subject: Subject,
  catalogue: Catalogue,
  requestActId: string,
  seen: { recordedAt: number; evidence?: SealedEvidence },
): SubjectFact[] => {
  const requests = requestsOf(subject, requestActId)
  const waiting = requests.filter((request) => !request.confirmed)
  if (requests.length > 0 && waiting.length === 0) return []
  const facts = waiting
    .filter((request) => !isOver(catalogue, request, seen.recordedAt))
    .flatMap((request) => {
      const channels = request.channels.filter((channel) => !noSince(subject, catalogue, request, channel))
      if (channels.length === 0) return []
      const ended = liftedBy(subject, catalogue, { purpose: request.purpose, channels }, ms(request.orderAt))
      return [...confirmed(catalogue, request, channels, seen.recordedAt), ...ended]
    })
  const [first, ...others] = facts
  if (!first)
    throw refuse('CONFIRMATION_GONE', '', 'pending', 'Nothing waits for this confirmation: it is too late, or was taken back since')
  return seen.evidence ? [{ ...first, data: { ...first.data, evidence: seen.evidence } } as SubjectFact, ...others] : facts
}
