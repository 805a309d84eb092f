// The events of a subject's stream (`subject-<subjectId>`): everything that was said or done about one person at one controller.
import { z } from 'zod'
import {
  ActorKind,
  AgeBand,
  Channel,
  ContactKind,
  Flag,
  Id,
  IdentifierKind,
  Instant,
  Language,
  LegalBasis,
  MethodKind,
  RestrictionGround,
  Scope,
  Sha256Hex,
  Uuid,
} from '../words.ts'
import { SealedEvidence, SealedField, SealedIdentifier } from '../sealed.ts'

/** The text shown: version and language of a published notice, by SHA-256. `showing`: the ledger itself served this text in the day before the act; that it was on a screen is the site's word. */
export const NoticeRef = z.strictObject({
  id: Id,
  version: z.int().min(1),
  language: Language,
  sha256: Sha256Hex,
  showing: z.boolean().optional(),
})
export type NoticeRef = z.infer<typeof NoticeRef>
/** A notice as the site named it, kept when the ledger does not know it (a no is never turned away). */
export const ClaimedNotice = NoticeRef.omit({ sha256: true })

/** How the act was done. Closed words and ids only; the collector's name is sealed. */
export const Method = z.strictObject({
  kind: MethodKind,
  control: Id.optional(),
  layer: z.int().min(1).max(9).optional(),
  workflow: Id.optional(),
  presentation: Id.optional(),
  actor: z.strictObject({ kind: ActorKind, ageBand: AgeBand.optional(), how: Id.optional() }).optional(),
  collector: z.strictObject({ name: SealedField, proofSha256: Sha256Hex.optional() }).optional(),
  source: z.strictObject({ system: Id, exportedAt: Instant, fileSha256: Sha256Hex, line: z.int().min(1) }).optional(),
})
export type Method = z.infer<typeof Method>

/** What soft opt-in asks of a sale. `refusalOffered`: purposes that the person could refuse then; `refused`: those that they did. `reference` is the seller's, sealed. */
export const Sale = z.strictObject({
  seller: Id,
  category: Id,
  addressCollectedThen: z.boolean(),
  refusalOffered: z.array(Id),
  refused: z.array(Id),
  reference: SealedField.optional(),
})
export type Sale = z.infer<typeof Sale>

/** What the first event of an act also carries. */
const personal = { identifiers: z.array(SealedIdentifier).optional(), evidence: SealedEvidence.optional() }

/**
 * When: `occurredAt` by the site's clock, or by ours if the site gave none (`occurredAtFrom`). `orderAt` decides the order (DESIGN §4, two clocks):
 * recordedAt where the two differ by no more than the skew limit of that day's profile, else occurredAt. A yes from a file that gave no time counts from
 * `source.exportedAt` where that is earlier: it is no younger than the file.
 */
const when = { occurredAt: Instant, occurredAtFrom: z.enum(['site', 'ledger']), orderAt: Instant }

const answer = {
  controller: Id,
  site: Id.optional(),
  purpose: Id,
  purposeVersion: z.int().min(1),
  channels: z.array(Channel).min(1),
  ...when,
  method: Method.optional(),
  flags: z.array(Flag).optional(),
  ...personal,
}

/**
 * How far a no reaches beyond the purpose and channels on its event. `scope`: to every marketing purpose, whenever it is published (GDPR Art. 21(2)-(3)); on each event
 * of such an act. `everyChannel`: no channel was named, so those that are added later too.
 */
const reach = { everyChannel: z.literal(true).optional() }

export const subjectEvents = {
  /** A notice was shown, apart from any answer. */
  NoticeShown: z.strictObject({
    controller: Id,
    site: Id,
    notice: NoticeRef,
    ...when,
    method: Method.optional(),
    flags: z.array(Flag).optional(),
    ...personal,
  }),
  /** A yes by a clear positive act. `until` is exclusive; absent: no expiry. GDPR Art. 4(11), 7. */
  ConsentGiven: z.strictObject({ ...answer, notice: NoticeRef.optional(), until: Instant.optional() }),
  /** A no, or a banner closed without an answer (flag `dismissed`). */
  ConsentRefused: z.strictObject({ ...answer, notice: z.union([NoticeRef, ClaimedNotice]).optional() }),
  /** GDPR Art. 7(3). Needs no notice, no history. `reason` is staff's, sealed. With a `scope` it is also an objection to all marketing, and only then says `everyChannel`. */
  ConsentWithdrawn: z.strictObject({ ...answer, ...reach, scope: Scope.extract(['all']).optional(), reason: SealedField.optional() }),
  /** A yes that does not count yet: it awaits the person's confirmation, or a parent's consent (GDPR Art. 8). */
  ConsentRequested: z.strictObject({
    ...answer,
    notice: NoticeRef.optional(),
    awaiting: z.array(z.enum(['confirmation', 'parent'])).min(1),
    expiresAt: Instant.optional(),
  }),
  /** The person confirmed, before the ledger's own eyes. Ordered where the request stood (`orderAt` is the request's), in force from `confirmedAt`. */
  ConsentConfirmed: z.strictObject({
    ...answer,
    notice: NoticeRef.optional(),
    requestEventId: Uuid,
    confirmedAt: Instant,
    until: Instant.optional(),
  }),
  /** GDPR Art. 21. Also what a no to a purpose on another basis than consent is, whatever the site calls it. */
  ObjectionRecorded: z.strictObject({
    ...answer,
    ...reach,
    scope: Scope.optional(),
    basis: LegalBasis,
    notice: z.union([NoticeRef, ClaimedNotice]).optional(),
    reason: SealedField.optional(),
  }),
  /** By a later yes of the person for that consent purpose and channel (`by: consent`, same append), or by the DPO. `objections`: the events it ends, on this purpose and these channels; no other. */
  ObjectionLifted: z.strictObject({
    controller: Id,
    purpose: Id,
    channels: z.array(Channel).min(1),
    objections: z.array(Uuid).min(1),
    by: z.enum(['consent', 'dpo']),
    orderAt: Instant,
    method: Method.optional(),
    reason: SealedField.optional(),
  }),
  /** A contact by the person: what soft opt-in (CPCE L34-5) and the prospect's clock (CNIL 2021-131) rest on. `sale`: present where `kind` is `sale`. */
  ContactRecorded: z.strictObject({
    controller: Id,
    site: Id.optional(),
    kind: ContactKind,
    sale: Sale.optional(),
    ...when,
    method: Method.optional(),
    flags: z.array(Flag).optional(),
    ...personal,
  }),
  /** GDPR Art. 18: stored, not used. `purposes`: those meant, or all there are and will be. */
  ProcessingRestricted: z.strictObject({
    controller: Id,
    purposes: z.union([z.literal('all'), z.array(Id).min(1)]),
    ground: RestrictionGround,
    orderAt: Instant,
    reason: SealedField.optional(),
  }),
  /** A restriction ends; the person was told before (GDPR Art. 18(3)): when, and how. */
  RestrictionLifted: z.strictObject({
    controller: Id,
    restriction: Uuid,
    orderAt: Instant,
    notifiedAt: Instant,
    notification: SealedField,
    reason: SealedField,
  }),
  /** GDPR Art. 17: from here on nobody is contacted under this subject id. */
  SubjectErased: z.strictObject({ controller: Id, orderAt: Instant }),
  /** A device, or a further identifier of the account, named together with it by a secret key or an operator. Nothing is inherited over a link. */
  IdentityLinked: z.strictObject({ controller: Id, linkId: Uuid, scheme: z.string(), kind: IdentifierKind, commitment: Sha256Hex }),
  /** A link was undone by staff: what was said under either identifier stays where it was said. */
  IdentityUnlinked: z.strictObject({ controller: Id, linkId: Uuid, reason: SealedField }),
  /**
   * A proof was handed out: who, why, when. `lastRevision` is what it covers; this event itself is not in it. `treeSize`: size of the published log then, absent
   * before its first head; what was not below it is in no dossier of this proof. `reached`: whom the identifiers reached then, so that it can be made again.
   */
  ProofIssued: z.strictObject({
    controller: Id,
    proofId: Uuid,
    lastRevision: z.string().regex(/^\d+$/),
    issuedAt: Instant,
    operator: z.string(),
    role: z.string(),
    purpose: Id.optional(),
    from: Instant.optional(),
    to: Instant.optional(),
    language: Language,
    opened: z.array(z.string()),
    treeSize: z
      .string()
      .regex(/^[1-9]\d*$/)
      .optional(),
    reached: SealedField.optional(),
    reason: SealedField,
  }),
} as const

export type SubjectEventType = keyof typeof subjectEvents
export type SubjectFact = { [T in SubjectEventType]: { type: T; data: z.infer<(typeof subjectEvents)[T]> } }[SubjectEventType]
export type SubjectData<T extends SubjectEventType> = z.infer<(typeof subjectEvents)[T]>

const links: ReadonlySet<string> = new Set<SubjectEventType>(['IdentityLinked', 'IdentityUnlinked'])

/** Whether a link was made or undone: nothing changes by it, but every key is told again (`announce`). */
export const isLink = (type: string): boolean => links.has(type)

/** Name of a subject's stream. `subjectId`: 32 lower-case hex digits, random. */
export const subjectStream = (subjectId: string): string => `subject-${subjectId}`
