// How the log records the issue of a dossier: `ProofIssued` stands behind the dossier's tree, so that only the entries can show it.
import { ms, subjectStream, type Completeness } from '@consent-ledger/domain'
import type { Findings } from '../finding.ts'
import { readReached } from '../reached.ts'
import { clockTolerance } from '../times.ts'
import type { ReadDossier } from '../verify.ts'
import type { ScannedEvent } from './scan.ts'

type Said = Completeness['streams'][number]

/** Events of a stream behind the dossier's tree that were recorded before its issue. `by`: epoch ms, exclusive. */
const beforeIssue = (events: readonly ScannedEvent[], { stream }: Said, size: bigint, by: number): ScannedEvent[] =>
  events.filter(({ event, leafIndex }) => event.stream === stream && leafIndex >= size && ms(event.metadata.recordedAt) < by)

/** Finds LATER_EVENT_HIDDEN. The issue is an event of the person's own stream, with the time of issue; of other streams the clock may be another machine's. */
const checkLater = ({ streams, size, issuedAt }: Completeness, events: readonly ScannedEvent[], findings: Findings): void => {
  for (const [n, said] of streams.entries()) {
    const later = beforeIssue(events, said, size, n === 0 ? ms(issuedAt) : ms(issuedAt) - clockTolerance)
    if (later.length > said.unpublished)
      findings.add(
        'LATER_EVENT_HIDDEN',
        said.stream,
        `Of ${said.stream} ${later.length} event(s) behind the tree of the dossier were recorded before it was issued, up to event ${later.at(-1)?.event.revision}; it counts ${said.unpublished}.`,
      )
  }
}

/** What the dossier says of its own issue, as `ProofIssued` would have it; `reached` is the commitment. */
const issueTold = ({ files, statement: { said }, report }: ReadDossier, findings: Findings): Record<string, unknown> => {
  const [own] = said.streams
  const { purpose, from, to } = report?.proof.about ?? {}
  return {
    proofId: said.proofId,
    issuedAt: said.issuedAt,
    treeSize: `${said.size}`,
    lastRevision: `${(own?.lastRevision ?? -1n) + BigInt(own?.unpublished ?? 0)}`,
    role: report?.proof.role,
    language: report?.proof.language,
    purpose: purpose ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
    reached: said.reached === null ? undefined : findings.attempt(() => readReached(files))?.commitment,
  }
}

const commitmentIn = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'commitment' in value ? value.commitment : undefined

/**
 * Holds the dossier against its issue in the entries: the event of the person's stream that comes after all those which the dossier shows or counts. Finds
 * ISSUE_DIFFERS, PROOF_NOT_ON_RECORD if the entries end before it, LATER_EVENT_HIDDEN. `events`: of all streams of the dossier, in the log's order.
 */
export const compareIssue = (dossier: ReadDossier, events: readonly ScannedEvent[], findings: Findings): void => {
  const { said } = dossier.statement
  checkLater(said, events, findings)
  const told = issueTold(dossier, findings)
  const stream = subjectStream(said.subjectId)
  const issue = events.find(({ event }) => event.stream === stream && `${event.revision - 1n}` === told['lastRevision'])?.event
  if (issue === undefined) {
    findings.add('PROOF_NOT_ON_RECORD', stream)
    return
  }
  const recorded: Record<string, unknown> = { ...issue.data, reached: commitmentIn(issue.data['reached']) }
  // Whom the identifiers reach was noted, and cannot be told any more once their key is gone.
  const comparable = Object.entries(told).filter(([name]) => name !== 'reached' || said.reached !== null)
  const differs = comparable.find(([name, value]) => recorded[name] !== value)
  if (issue.type === 'ProofIssued' && differs === undefined) return
  const what = issue.type === 'ProofIssued' ? `with another ${differs?.[0]}` : `as something else, ${issue.type}`
  findings.add(
    'ISSUE_DIFFERS',
    stream,
    `The entries have event ${issue.revision} of ${stream}, where the issue of this proof must stand, ${what}.`,
  )
}
