// One look-up: whom it reaches, each of them noted as looked at, and the answer that all of them together give.
import { eligible, type Catalogue, type Channel, type Key, type Role, type Verdict } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import { readIdentifiers } from '@consent-ledger/vault'
import { noteAccess } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { actingRole } from '../visible.ts'
import { controllerOfSubject, controllerWith } from './asked.ts'
import type { Fresh } from './freshness.ts'
import { sharedBy, type Shared } from './shared.ts'
import { byIdentifier, readSubject, unknownSubject, verdictOfStream } from './verdicts.ts'

/** Who may ask whom may be contacted. */
export const askers: readonly Role[] = ['dpo', 'legal', 'marketing', 'auditor']

/** By the acts' times, and as known then; epoch ms, undefined for now. */
type Cut = { at: number | undefined; knownAt: number | undefined }

type Whom = { subjectId: string } | { identifiers: { scheme: string; value: string }[] }
export type Question = { whom: Whom; controller?: string | undefined; purpose: string; channel: Channel } & Cut

/** `subjectId`: whose verdict it is, null where nobody is known. */
export type Answered = Fresh & Told

type Reached = { catalogue: Catalogue; subjectIds: string[]; by: 'identifier' | 'subjectId' }

/** `shared`: what is asked together with others who look up at the same time. */
type With = { deps: ReportsDeps; shared: Shared }

const reach = async ({ deps, shared }: With, caller: OperatorCaller, { whom, controller, purpose }: Question): Promise<Reached> => {
  if ('subjectId' in whom) {
    const { catalogue, known } = await controllerOfSubject(deps, caller, whom.subjectId, { controller, purpose }, 'body')
    return { catalogue, subjectIds: known ? [whom.subjectId] : [], by: 'subjectId' }
  }
  const catalogue = await controllerWith(deps, caller, { controller, purpose }, 'body')
  const { identifiers, refused } = readIdentifiers(catalogue, whom.identifiers, '/identifiers')
  if (refused) throw refused
  return { catalogue, subjectIds: await shared.reached({ controller: catalogue.controllerId, identifiers }), by: 'identifier' }
}

/** Now: what the read model keeps, if it still holds, else the stream. */
const verdictNow = async ({ deps, shared }: With, catalogue: Catalogue, key: Key, subjectId: string): Promise<Verdict> => {
  const { purpose, channel } = key
  const kept = await shared.kept({ controller: catalogue.controllerId, purpose, channel, subjectId })
  return kept?.row && kept.holds ? kept.row : verdictOfStream(deps, catalogue, key, subjectId)
}

/** At a time, or as known at a time: the stream itself is read. By an identifier who is erased by now is unknown at any time. */
const verdictAt = async (deps: ReportsDeps, { catalogue, by }: Reached, key: Key & Cut, subjectId: string): Promise<Verdict> => {
  const { subject, now } = await readSubject(deps, subjectId)
  if (by === 'identifier' && subject.erased !== null) return unknownSubject(catalogue, key)
  return eligible(subject, catalogue, key, { at: key.at ?? now, knownAt: key.knownAt ?? Number.POSITIVE_INFINITY })
}

/** Whether anything but what is so now is asked for: the past, what was known then, or a time to come. */
const isCut = ({ at, knownAt }: Cut): boolean => at !== undefined || knownAt !== undefined

const freshness = async ({ deps, shared }: With, cut: Cut): Promise<Fresh> => {
  if (!isCut(cut)) return shared.fresh()
  const asOf = deps.clock()
  await deps.live.refresh()
  return { asOf, lagMs: 0 }
}

export type Told = { subjectId: string | null; verdict: Verdict }

const ends = ({ until }: Verdict): number => until ?? Number.POSITIVE_INFINITY

/** Of several subjects a no of any is the answer, one that was said before one that nobody said; of yeses the one that ends first. */
export const together = (verdicts: readonly Told[]): Told | undefined => {
  const noes = verdicts.filter(({ verdict }) => !verdict.allowed)
  if (noes.length > 0) return noes.find(({ verdict }) => verdict.eventId !== null) ?? noes[0]
  return verdicts.toSorted((a, b) => ends(a.verdict) - ends(b.verdict))[0]
}

const lookUp = async (asking: With, caller: OperatorCaller, question: Question): Promise<Answered> => {
  const { deps } = asking
  const role = actingRole(caller, askers)
  const fresh = await freshness(asking, question)
  const reached = await reach(asking, caller, question)
  const { catalogue, by } = reached
  const told = await Promise.all(
    reached.subjectIds.map(async (subjectId) => {
      const judged = isCut(question) ? verdictAt(deps, reached, question, subjectId) : verdictNow(asking, catalogue, question, subjectId)
      const [verdict] = await Promise.all([judged, noteAccess(deps, caller, { subjectId, role, purpose: 'eligibility' })])
      if (by === 'subjectId') return { subjectId, verdict }
      const heard = byIdentifier(catalogue, question, verdict)
      return { subjectId: heard.reason === 'UNKNOWN_SUBJECT' ? null : subjectId, verdict: heard }
    }),
  )
  return { ...fresh, ...(together(told) ?? { subjectId: null, verdict: unknownSubject(catalogue, question) }) }
}

/**
 * A function that says whether a person may be contacted; one for all requests of a process, since those that come at the same time ask vault and read model together. Every subject that
 * is reached is noted as looked at, durably, before an answer. Errors: STALE (only without `at` and `knownAt`), UNKNOWN_PURPOSE, CONTROLLER_NEEDED, NOT_FOUND for a controller,
 * IDENTIFIER_INVALID, and those of vault, store and read model.
 */
export const lookUpsOf = (deps: ReportsDeps): ((caller: OperatorCaller, question: Question) => Promise<Answered>) => {
  const asking = { deps, shared: sharedBy(deps) }
  return (caller, question) => lookUp(asking, caller, question)
}
