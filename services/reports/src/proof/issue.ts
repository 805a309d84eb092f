// A proof from the question to the event: claimed, then recorded, before anything leaves the ledger. The documents are made from that event alone.
import { iso, LedgerError, ms, Role, type RecordedEvent, type SubjectData } from '@consent-ledger/domain'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { buildProof, heldInAll, namesOf, type Issued, type Opened, type Proof } from '@consent-ledger/proof'
import { seal } from '@consent-ledger/vault'
import type { Look } from '../access.ts'
import { claimStaffAct, type StaffAct } from '../staffAct.ts'
import type { ReportsDeps } from '../deps.ts'
import { historyAggregate, readHistory } from '../history.ts'
import { reportLanguage } from '../language.ts'
import type { ProofPost } from '../schemas/proofs.ts'
import { openEvents } from './open.ts'
import { countsOf, reachedNow, reachedThen, sealReached, type Noted } from './reached.ts'
import { demandPurpose } from '../visible.ts'

/** `treeSize`: of the published log, from before the stream is read; null if nothing is published. */
export type Asked = { look: Look; post: ProofPost; idempotencyKey: string | undefined; treeSize: bigint | null }

/**
 * A proof on record. `events`: the stream up to `issued.lastRevision`. `reached`: as found then; null where identifiers stay closed or their key is gone.
 * `treeSize`: null for a proof from before there was a log. `replayed`: it had been issued before by the same request.
 */
export type IssuedProof = {
  subjectId: string
  issued: Issued
  events: RecordedEvent[]
  opened: ReadonlyMap<string, Opened>
  reached: Noted | null
  treeSize: bigint | null
  replayed: boolean
}

type Given = Omit<SubjectData<'ProofIssued'>, 'lastRevision' | 'issuedAt' | 'opened'>

/** Whom the identifiers reach, if this proof opens them. Read behind `treeSize`: whatever is in that tree was asked for its identifiers. */
const reachedBy = async (deps: ReportsDeps, { look, post }: Asked, { actId, keys }: StaffAct): Promise<Pick<Given, 'reached'>> => {
  if (post.open !== undefined && !post.open.includes('identifiers')) return {}
  const { subjectId, catalogue } = look
  const { events } = await readHistory(deps.store, subjectId)
  const reached = await reachedNow(deps, catalogue.controllerId, subjectId, events)
  return { reached: sealReached(keys, actId, subjectId, reached) }
}

const issuedData = async (deps: ReportsDeps, asked: Asked, act: StaffAct): Promise<Given> => {
  const { look, post, treeSize } = asked
  const { actId } = act
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
    ...(treeSize === null ? {} : { treeSize: treeSize.toString() }),
    ...(await reachedBy(deps, asked, act)),
    reason: seal(key, { actId, field: 'reason', subjectId: look.subjectId }, post.reason),
  }
}

/** Records that a proof is handed out, or finds that it was. Durable on return: nothing opened has left before. A crash here leaves an event without its answer, which says more than happened, never less. */
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

const issuedOf = (event: RecordedEvent, reason: string): Issued => {
  const data = event.data as unknown as SubjectData<'ProofIssued'>
  const { proofId: id, role, purpose, from, to } = data
  return {
    id,
    issuedAt: ms(data.issuedAt),
    reason,
    role: Role.parse(role),
    language: data.language === 'fr' ? 'fr' : 'en',
    lastRevision: BigInt(data.lastRevision),
    purpose,
    from,
    to,
  }
}

/** Errors: UNKNOWN_PURPOSE, NOT_FOUND (no event yet). */
export const demandProvable = async (deps: ReportsDeps, { subjectId, catalogue }: Look, post: ProofPost): Promise<RecordedEvent[]> => {
  demandPurpose(catalogue, post.purpose, 'body')
  return (await readHistory(deps.store, subjectId)).events
}

/**
 * Issues a proof: `ProofIssued` is durable before anything opened leaves the ledger. The same request with the same Idempotency-Key finds its event again, and
 * whatever is made of it is the same. Errors: IDEMPOTENCY_CONFLICT, INTEGRITY, those of store and vault.
 */
export const issueProof = async (deps: ReportsDeps, asked: Asked): Promise<IssuedProof> => {
  const { look, post } = asked
  const { subjectId } = look
  const act = await claimStaffAct(deps, look, { route: 'proofs', post: { ...post } }, asked.idempotencyKey)
  const { events: all, issued: event, replayed } = await record(deps, asked, act)
  const issued = issuedOf(event, post.reason)
  const { opened: names, treeSize } = event.data as unknown as SubjectData<'ProofIssued'>
  const events = all.filter((one) => one.revision <= issued.lastRevision)
  return {
    subjectId,
    issued,
    events,
    opened: await openEvents(deps.vault, subjectId, events, names),
    reached: names.includes('identifiers') ? await reachedThen(deps, subjectId, event, events) : null,
    treeSize: treeSize === undefined ? null : BigInt(treeSize),
    replayed,
  }
}

/** The proof as one document, without the log beside it. Errors: those of `buildProof`. */
export const proofDocument = ({ catalogue }: Look, { subjectId, issued, events, opened, reached }: IssuedProof): Proof =>
  buildProof({ subjectId, events, catalogue, issued, opened, otherSubjects: reached && countsOf(reached) })
