// An act rehearsed: all as it would be, with nothing written.
import { evolveSubject, iso, LedgerError, schemaVersion, stateAfter, type RecordedEvent } from '@consent-ledger/domain'
import type { IngestDeps } from '../deps.ts'
import { readSubject } from '../readSubject.ts'
import type { DryRun } from '../schemas/receipts.ts'
import { partFor, rehearseAct, type Standing } from './claim.ts'
import { propose } from './propose.ts'
import type { Proposal } from './proposal.ts'
import { purposeOf, tellsNothing } from './receipt.ts'
import { decideOn } from './record.ts'
import { writerOf, type SiteAct } from './siteAct.ts'

export type Rehearsed = { refused: LedgerError | null; receipts: DryRun[]; dropped: string[] }

const rehearseOn = async (
  deps: IngestDeps,
  act: SiteAct,
  proposal: Proposal,
  standing: Standing,
  subjectId: string | null,
): Promise<DryRun> => {
  const { catalogue } = proposal
  const subject = await readSubject(deps.store, subjectId)
  const recordedAt = Math.max(deps.clock(), subject.lastRecordedAt + 1)
  const context = {
    site: act.caller.site,
    trust: writerOf(act).trust,
    recordedAt,
    occurred: proposal.occurred,
    method: undefined,
    links: [],
    flags: standing.flags,
  }
  const facts = decideOn(subject, catalogue, standing, context)
  if (tellsNothing(act.caller, facts)) return { status: 'dry-run' }
  const metadata = { schemaVersion, recordedAt: iso(recordedAt), writer: writerOf(act), actId: 'dry-run' }
  for (const [n, fact] of facts.entries()) {
    const event: RecordedEvent = {
      ...fact,
      id: `dry-run-${n}`,
      metadata,
      stream: 'dry-run',
      revision: subject.lastRevision + 1n,
      position: 0n,
    }
    evolveSubject(subject, event)
  }
  return described(act, subjectId, facts, stateAfter(subject, catalogue, facts, recordedAt))
}

const described = (
  act: SiteAct,
  subjectId: string | null,
  facts: Pick<RecordedEvent, 'type' | 'data'>[],
  state: NonNullable<DryRun['state']>,
): DryRun => ({
  subjectId,
  controller: act.caller.controller,
  site: act.caller.site,
  events: facts.map((fact) => {
    const purpose = purposeOf(fact)
    return { type: fact.type, ...(purpose === undefined ? {} : { purpose }) }
  }),
  state,
  status: 'dry-run',
})

/** Errors: what would refuse the act whole. */
export const rehearse = async (deps: IngestDeps, act: SiteAct): Promise<Rehearsed> => {
  const proposal = await propose(deps, act)
  const standing = await rehearseAct(deps.vault, act, proposal)
  const receipts = await Promise.all(
    standing.targets.map((target, n) => rehearseOn(deps, act, proposal, partFor(standing, proposal, target, n), target.subjectId)),
  )
  return { refused: standing.refused, receipts, dropped: standing.dropped }
}
