// The proof as a document: its zod schema, from which types and JSON Schema come. API.md, POST …/proofs.
import { z } from 'zod'
import {
  ControllerEntry,
  Id,
  Instant,
  Language,
  LegalBasis,
  ObjectionRow,
  PurposeEntry,
  Role,
  Sha256Hex,
  Uuid,
  StateRow,
  SubjectId,
} from '@consent-ledger/domain'
import { OpenedField, OpenedIdentifier } from './opened.ts'

const Revision = z.string().regex(/^\d+$/)

/** An event as stored: ciphertext and commitments, the bytes of its leaf but for `v`. */
export const EventEnvelope = z.strictObject({
  id: z.string(),
  type: z.string(),
  stream: z.string(),
  revision: Revision,
  data: z.record(z.string(), z.json()),
  metadata: z.record(z.string(), z.json()),
})

/** `opened`: values by field name; `openings`: the same with what is needed to check them, and what stayed closed. */
export type EventEnvelope = z.infer<typeof EventEnvelope>

const ProvenEvent = EventEnvelope.extend({ opened: z.record(z.string(), z.json()), openings: z.record(z.string(), OpenedField) })

const NoticeShown = z.strictObject({
  id: Id,
  version: z.int(),
  language: Language,
  text: z.string(),
  contentType: z.string(),
  sha256: Sha256Hex,
  withdrawal: z.string().nullable(),
  change: z.enum(['editorial', 'material', 'new-processing']),
  validFrom: z.string(),
  publishedAt: Instant,
  eventId: z.string(),
  shownIn: z.array(z.string()),
})

const purpose = PurposeEntry.shape
const PurposeThen = z.strictObject({
  id: Id,
  version: z.int(),
  title: z.string(),
  description: z.string(),
  language: Language,
  legalBasis: LegalBasis,
  marketing: z.boolean(),
  channels: purpose.channels,
  dataKinds: purpose.dataKinds,
  recipients: purpose.recipients,
  retention: z.string(),
  validity: z.string().nullable(),
  confirmation: z.enum(['none', 'double-opt-in']),
  evidence: purpose.evidence.unwrap().nullable(),
  publishedAt: Instant,
  eventId: z.string(),
})

/** One event of a time line, in plain words, and the rows that it changed. */
export const Step = z.strictObject({
  revision: Revision,
  eventId: z.string(),
  type: z.string(),
  recordedAt: Instant,
  words: z.string(),
  states: z.array(StateRow),
})

const Evidence = z.strictObject({
  n: z.int().min(1).max(20),
  field: z.string(),
  source: z.string(),
  status: z.enum(['present', 'absent', 'not-applicable']),
  from: z.string().nullable(),
  vouchedBy: z.enum(['site', 'ledger', 'person', 'third-party']).nullable(),
  note: z.string(),
})

/** What a look at the same identifiers found beside this person: how many, and why they are apart. Null where identifiers were not opened. */
export const OtherSubjects = z.strictObject({ device: z.int(), account: z.int() })
export type OtherSubjects = z.infer<typeof OtherSubjects>

export const Proof = z.strictObject({
  v: z.literal(1),
  id: Uuid,
  issuedAt: Instant,
  reason: z.string(),
  /** Role of whoever took it. */
  role: Role,
  language: z.enum(['fr', 'en']),
  /** What the report was narrowed to; the events are the whole stream all the same. */
  about: z.strictObject({ purpose: Id.nullable(), from: Instant.nullable(), to: Instant.nullable() }),
  controller: ControllerEntry,
  subjectId: SubjectId,
  stream: z.string(),
  lastRevision: Revision,
  identifiers: z.array(OpenedIdentifier),
  events: z.array(ProvenEvent),
  notices: z.array(NoticeShown),
  purposes: z.array(PurposeThen),
  /** At `issuedAt`. */
  states: z.array(StateRow),
  objections: z.array(ObjectionRow),
  /** After each event, the rows that differ from before it, as known then. */
  timeline: z.array(Step),
  linkedIdentities: z.int(),
  otherSubjects: OtherSubjects.nullable(),
  evidence: z.array(Evidence).length(20),
  grade: z.strictObject({ present: z.int(), of: z.int() }),
  /** What this proof does not show. */
  limits: z.array(z.strictObject({ code: z.string(), text: z.string() })),
})
export type Proof = z.infer<typeof Proof>

/** JSON Schema (2020-12) of a proof, for whoever reads one without this code. */
export const proofJsonSchema = (): z.core.JSONSchema.BaseSchema => z.toJSONSchema(Proof)
