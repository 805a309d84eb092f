// A proof from the question to the document: claimed, recorded as an event, then built from the stream that the event names.
import { iso, LedgerError, ms, refuse, type RecordedEvent, type SubjectData } from '@consent-ledger/domain'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { buildProof, type Issued, type OtherSubjects, type Proof } from '@consent-ledger/proof'
import { seal, type Identifier } from '@consent-ledger/vault'
import type { Look } from '../access.ts'
import { claimStaffAct, type StaffAct } from '../staffAct.ts'
import type { ReportsDeps } from '../deps.ts'
import { historyAggregate, readHistory } from '../history.ts'
import { reportLanguage } from '../language.ts'
import type { ProofPost } from '../schemas/proofs.ts'
import { openedIdentifiers, openEvents } from './open.ts'
import { heldInAll, namesOf } from './sealed.ts'

export type Asked = { look: Look; post: ProofPost; idempotencyKey: string | undefined }
/** `replayed`: the proof had been issued before by the same request. */
type IssuedProof = { proof: Proof; replayed: boolean }

const issuedData = async (
  deps: ReportsDeps,
  { look, post }: Asked,
  { actId }: StaffAct,
): Promise<Omit<SubjectData<'ProofIssued'>, 'lastRevision' | 'issuedAt' | 'opened'>> => {
  const key = await deps.vault.registerKey(look.catalogue.controllerId, deps.clock())
  return {
    controller: look.catalogue.controllerId,
    proofId: actId,
    operator: look.caller.operatorId,
    role: look.role,
    ...(post.purpose === undefined ? {} : { purpose: post.purpose }),
    ...(post.from === undefined ? {} : { from: iso(ms(post.from)) }),
    ...(post.to === undefined ? {} : { to: iso(ms(post.to)) }),
    language: post.language ?? reportLanguage(look.catalogue),
    reason: seal(key, { actId, field: 'reason', subjectId: look.subjectId }, post.reason),
  }
}

/** Records that a proof is handed out, or finds that it was. Durable on return: nothing is opened before. A crash here leaves an event without its answer, which says more than happened, never less. */
const record = async (
  deps: ReportsDeps,
  asked: Asked,
  act: StaffAct,
): Promise<{ events: RecordedEvent[]; issued: RecordedEvent; replayed: boolean }> => {
  const { subjectId } = asked.look
  const data = await issuedData(deps, asked, act)
  return decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: historyAggregate(subjectId),
    act: { actId: act.actId, writer: act.writer },
    again: act.again,
    decide: (history, recordedAt) => {
      const names = namesOf(heldInAll(history.events).values())
      const opened = names.filter((name) => asked.post.open === undefined || asked.post.open.includes(name))
      return [
        {
          type: 'ProofIssued',
          data: { ...data, lastRevision: history.subject.lastRevision.toString(), issuedAt: iso(recordedAt), opened },
        },
      ]
    },
    conclude({ state, events: [issued], replayed }) {
      if (!issued) throw new LedgerError('INTERNAL', 'A proof was decided on without its event')
      return { events: [...state.events], issued, replayed }
    },
  })
}

const othersReached = async (
  deps: ReportsDeps,
  { controllerId }: Look['catalogue'],
  subjectId: string,
  identifiers: readonly Identifier[],
): Promise<OtherSubjects> => {
  const devices = new Set(identifiers.flatMap(({ scheme, kind }) => (kind === 'device' ? [scheme] : [])))
  const others = (await deps.vault.find(controllerId, identifiers)).filter((reached) => reached.subjectId !== subjectId)
  const byDevice = others.filter(({ schemes }) => schemes.every((scheme) => devices.has(scheme))).length
  return { device: byDevice, account: others.length - byDevice }
}

const issuedOf = (event: RecordedEvent, reason: string): Issued => {
  const data = event.data as unknown as SubjectData<'ProofIssued'>
  const { proofId: id, role, purpose, from, to } = data
  return {
    id,
    issuedAt: ms(data.issuedAt),
    reason,
    role,
    language: data.language === 'fr' ? 'fr' : 'en',
    lastRevision: BigInt(data.lastRevision),
    purpose,
    from,
    to,
  }
}

/**
 * Issues a proof: `ProofIssued` is durable before anything is opened. The same request with the same Idempotency-Key makes the same proof again from
 * its event. Errors: NOT_FOUND (no event yet), UNKNOWN_PURPOSE, IDEMPOTENCY_CONFLICT, INTEGRITY, those of store and vault.
 */
export const issueProof = async (deps: ReportsDeps, asked: Asked): Promise<IssuedProof> => {
  const { look, post } = asked
  const { subjectId, catalogue } = look
  if (post.purpose !== undefined && !catalogue.purposes.has(post.purpose))
    throw refuse('UNKNOWN_PURPOSE', '/purpose', 'known', 'There is no such purpose.')
  await readHistory(deps.store, subjectId)
  const act = await claimStaffAct(deps, look, { route: 'proofs', post: { ...post } }, asked.idempotencyKey)
  const { events: all, issued: event, replayed } = await record(deps, asked, act)
  const issued = issuedOf(event, post.reason)
  const { opened: names } = event.data as unknown as SubjectData<'ProofIssued'>
  const events = all.filter((one) => one.revision <= issued.lastRevision)
  const opened = await openEvents(deps.vault, subjectId, events, names)
  const otherSubjects = names.includes('identifiers')
    ? await othersReached(deps, catalogue, subjectId, openedIdentifiers(opened.values()))
    : null
  return { proof: buildProof({ subjectId, events, catalogue, issued, opened, otherSubjects }), replayed }
}
