// Sealing what is personal in an act and appending its events to one subject's stream.
import {
  decideAct,
  decideContact,
  decideNoticeView,
  iso,
  logKeyIdAt,
  ms,
  subjectAggregate,
  type ActContext,
  type Catalogue,
  type Method,
  type SealedField,
  type Subject,
  type SubjectFact,
  type RecordedEvent,
} from '@consent-ledger/domain'
import { truncateIp } from '@consent-ledger/edge'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { seal, sealEvidence, sealIdentifier, type Target } from '@consent-ledger/vault'
import type { IngestDeps } from '../deps.ts'
import type { Receipt } from '../schemas/receipts.ts'
import type { ClaimedAct, Standing } from './claim.ts'
import type { Proposal } from './proposal.ts'
import { receiptOf } from './receipt.ts'
import { writerOf, type SiteAct } from './siteAct.ts'

/** What one subject's stream holds of an act, and what the site is told of it. */
export type RecordedAct = { actId: string; events: RecordedEvent[]; replayed: boolean; receipt: Receipt }

/** What the ledger saw itself, as far as the site's `capture` allows; the Origin only of a browser. */
export const observed = (
  act: Pick<SiteAct, 'seen'> & { caller: Pick<SiteAct['caller'], 'catalogue' | 'site' | 'origin'> },
): Record<string, string> => {
  const { ip: keeps, userAgent: keepsAgent } = act.caller.catalogue.sites.get(act.caller.site)?.capture ?? { ip: 'none', userAgent: false }
  const ip = keeps === 'none' ? null : keeps === 'full' ? act.seen.ip : truncateIp(act.seen.ip)
  return {
    ...(ip === null ? {} : { observedIp: ip }),
    ...(act.caller.origin === undefined ? {} : { observedOrigin: act.caller.origin }),
    ...(keepsAgent && act.seen.userAgent !== undefined ? { observedUserAgent: act.seen.userAgent.slice(0, 1000) } : {}),
  }
}

const methodOf = ({ actId, subjectId, keys }: Target, method: Proposal['method']): { method?: Method } => {
  if (!method) return {}
  const { collector, source, ...plain } = method
  const name = collector && seal(keys.evidence, { actId, subjectId, field: 'method/collector/name' }, collector.name)
  const proof = collector?.proofSha256 === undefined ? {} : { proofSha256: collector.proofSha256 }
  return {
    method: {
      ...plain,
      ...(name ? { collector: { name, ...proof } } : {}),
      ...(source ? { source: { ...source, exportedAt: iso(ms(source.exportedAt)) } } : {}),
    },
  }
}

const referenceOf = ({ actId, subjectId, keys }: Target, reference: string | undefined): { reference?: SealedField } =>
  reference === undefined ? {} : { reference: seal(keys.evidence, { actId, subjectId, field: 'sale/reference' }, reference) }

/** What a decision needs beside the answers and the deed. */
type Context = ActContext & { site: string; reference?: SealedField }

/** Everything of the act but its answers, sealed for `target`. Identifiers stand at `identifiers/<n>`, n being their place in this event. */
const contextOf = (act: SiteAct, proposal: Proposal, standing: Standing, target: Target): Omit<Context, 'recordedAt'> => {
  const { actId, subjectId, keys } = target
  const identifiers = target.named.flatMap((place) => proposal.identifiers[place] ?? []).map((identifier, n) => sealIdentifier(keys, { actId, subjectId, field: `identifiers/${n}` }, identifier)) // prettier-ignore
  const links = target.links.flatMap(({ linkId, scheme, identifier }) => {
    const sealed = identifiers[target.named.indexOf(identifier)]
    return sealed ? [{ linkId, scheme, kind: sealed.kind, commitment: sealed.commitment }] : []
  })
  return {
    site: act.caller.site,
    trust: writerOf(act).trust,
    occurred: proposal.occurred,
    flags: standing.flags,
    links,
    identifiers,
    ...methodOf(target, proposal.method),
    ...referenceOf(target, proposal.reference),
    ...sealEvidence(target.keys, target, { ...proposal.evidence, ...observed(act) }),
  }
}

/** The events of an act, decided on one subject. Nothing that stands: []. */
export const decideOn = (subject: Subject, catalogue: Catalogue, { deed, answers }: Standing, context: Context): SubjectFact[] => {
  if (deed?.as === 'view') return decideNoticeView(subject, catalogue, deed.notice, context)
  if (deed) return decideContact(subject, catalogue, deed.contact, answers, context)
  return answers.length === 0 ? [] : decideAct(subject, catalogue, answers, context)
}

/** Appends an act to one subject's stream, or finds it there. Durable on return. The receipt is made before the next act on the stream begins. */
export const recordOn = (deps: IngestDeps, act: SiteAct, proposal: Proposal, claimed: ClaimedAct, target: Target): Promise<RecordedAct> => {
  const { catalogue } = proposal
  const context = contextOf(act, proposal, claimed, target)
  const { actId, subjectId, fresh } = target
  return decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: subjectAggregate(subjectId),
    act: { actId, writer: writerOf(act) },
    decide: (subject, recordedAt) => decideOn(subject, catalogue, claimed, { ...context, recordedAt }),
    conclude({ state, events, replayed }) {
      const [first] = events
      const recordedAt = first ? ms(first.metadata.recordedAt) : deps.clock()
      const logKeyId = logKeyIdAt(deps.live.ledger(), recordedAt)
      const receipt = receiptOf(act.caller, { actId, subjectId, catalogue, state, recordedAt, logKeyId, events })
      return { actId, events, replayed, receipt }
    },
    fresh,
    again: claimed.again,
  })
}
