// The proof itself, built from the whole stream and the catalogue: the same input gives the same proof.
import {
  catalogueKnownAt,
  evolveSubject,
  initialSubject,
  iso,
  LedgerError,
  subjectStream,
  subjectView,
  type Catalogue,
  type RecordedEvent,
  type Role,
} from '@consent-ledger/domain'
import { evidenceOf, gradeOf } from './evidence/fields.ts'
import type { Opened } from './opened.ts'
import type { ReportLanguage } from './plain/sentences.ts'
import type { EventEnvelope, OtherSubjects, Proof } from './proof.ts'
import { recordOf, type Narrowing } from './record.ts'
import { limitsOf } from './report/limits.ts'
import { noticesShown, purposesThen } from './report/shown.ts'
import { timelineOf } from './report/timeline.ts'

/** What `ProofIssued` says, with its reason in the clear. `issuedAt`: epoch ms. `lastRevision`: the stream's last before the proof itself. */
export type Issued = Narrowing & {
  id: string
  issuedAt: number
  reason: string
  role: Role
  language: ReportLanguage
  lastRevision: bigint
}

export type ProofInput = {
  subjectId: string
  /** The whole stream, revisions 0 to `issued.lastRevision`. */
  events: readonly RecordedEvent[]
  /** Of the controller; what was recorded after `issuedAt` is not looked at. */
  catalogue: Catalogue
  issued: Issued
  /** By event id; already held against the commitments. */
  opened: ReadonlyMap<string, Opened>
  otherSubjects: OtherSubjects | null
  /** In a dossier: what shows the stream to be whole lies beside the proof. `cosigned`: the issuer verified that a witness has seen the tree. */
  log?: { cosigned: boolean }
}

const refuseGaps = ({ events, issued }: ProofInput): void => {
  const whole = BigInt(events.length) === issued.lastRevision + 1n && events.every((event, index) => event.revision === BigInt(index))
  if (!whole) throw new LedgerError('INTEGRITY', 'A stream to be proven has a gap')
}

/** An event as it goes out: no `position`, which is the store's own business. */
export const envelopeOf = ({ id, type, stream, revision, data, metadata }: RecordedEvent): EventEnvelope => ({
  id,
  type,
  stream,
  revision: revision.toString(),
  data: data as EventEnvelope['data'],
  metadata,
})

const proven = (event: RecordedEvent, opened: Opened | undefined): Proof['events'][number] => {
  const fields = opened?.fields ?? {}
  const values = Object.entries(fields).flatMap(([name, field]) => (field.status === 'opened' ? [[name, field.value] as const] : []))
  return { ...envelopeOf(event), opened: Object.fromEntries(values), openings: fields }
}

const concerns = (issued: Issued) => (row: { purpose: string }) => issued.purpose === undefined || row.purpose === issued.purpose

/** Builds the proof. Errors: INTEGRITY for a gap in the stream or a notice that is not what its SHA-256 says; NOT_FOUND without the controller or the purpose that it is about. */
export const buildProof = (input: ProofInput): Proof => {
  refuseGaps(input)
  const { events, issued, opened, subjectId } = input
  const catalogue = catalogueKnownAt(input.catalogue, issued.issuedAt)
  if (catalogue.controller === null) throw new LedgerError('NOT_FOUND', 'There is no such controller')
  if (issued.purpose !== undefined && !catalogue.purposes.has(issued.purpose))
    throw new LedgerError('NOT_FOUND', 'There is no such purpose')
  const record = recordOf({ events, catalogue, opened }, issued)
  const subject = events.reduce(evolveSubject, initialSubject())
  const view = subjectView(subject, catalogue, { at: issued.issuedAt, knownAt: issued.issuedAt })
  const evidence = evidenceOf(record, issued.language)
  return {
    v: 1,
    id: issued.id,
    issuedAt: iso(issued.issuedAt),
    reason: issued.reason,
    role: issued.role,
    language: issued.language,
    about: { purpose: issued.purpose ?? null, from: issued.from ?? null, to: issued.to ?? null },
    controller: catalogue.controller,
    subjectId,
    stream: subjectStream(subjectId),
    lastRevision: issued.lastRevision.toString(),
    identifiers: events.flatMap((event) => opened.get(event.id)?.identifiers ?? []),
    events: events.map((event) => proven(event, opened.get(event.id))),
    notices: noticesShown(record, events, catalogue, issued),
    purposes: purposesThen(record, issued.language),
    states: view.states.filter(concerns(issued)),
    objections: view.objections.filter(concerns(issued)),
    timeline: timelineOf(events, catalogue, issued.language, issued),
    linkedIdentities: subject.links.size,
    otherSubjects: input.otherSubjects,
    evidence,
    grade: gradeOf(evidence),
    limits: limitsOf({ record, opened: opened.values(), log: input.log }, issued.language),
  }
}
