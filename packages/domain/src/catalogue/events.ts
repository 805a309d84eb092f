// The events of a controller's stream (`controller-<id>`): what it is, its sites and their keys, its purposes, its notices, the rules it is under.
import { z } from 'zod'
import { Channel, Id, Instant, Language, Sha256Hex, Uuid } from '../words.ts'
import { RegulatorProfile } from '../profile/profile.ts'
import { ControllerEntry, NoticeEntry, PurposeEntry, SiteEntry, Statement } from './file.ts'

export const controllerEvents = {
  /** Also sent again whenever an entry of the controller changes; the newest holds. */
  ControllerRegistered: z.strictObject(ControllerEntry.shape),
  /** A site, and again whenever its entry changes; the newest holds. */
  SiteRegistered: z.strictObject(SiteEntry.shape),
  /** `sha256` of the key's characters: the key itself has 256 random bits and is shown once. */
  SiteKeyIssued: z.strictObject({ site: Id, keyId: Uuid, kind: z.enum(['secret', 'publishable']), sha256: Sha256Hex }),
  /** The key opens nothing from here on. */
  SiteKeyRevoked: z.strictObject({ site: Id, keyId: Uuid }),
  /** One version of a purpose; the same version again adds a language and changes nothing else. */
  PurposePublished: z.strictObject(PurposeEntry.omit({ retired: true }).shape),
  /** From the start of day `from` in the controller's zone. */
  PurposeRetired: z.strictObject({ purpose: Id, from: z.iso.date() }),
  /** One language of one version: exact text and its SHA-256 (of the UTF-8 bytes). */
  NoticePublished: z.strictObject({
    ...NoticeEntry.omit({ text: true, withdrawal: true, presentations: true }).shape,
    language: Language,
    text: z.string(),
    sha256: Sha256Hex,
    withdrawal: z.string().optional(),
  }),
  /** How a version was presented (LAW §1.8, 1.9, 1.16): code and screenshot hashes, clicks to accept and to refuse. */
  PresentationPublished: z.strictObject({
    notice: Id,
    version: z.int().min(1),
    presentation: NoticeEntry.shape.presentations.unwrap().element,
  }),
  /** What a published text promises: a quotation and what it claims. */
  StatementPublished: z.strictObject(Statement.shape),
  /** The profile whole, so that day D is judged by what was in force on day D. */
  RegulatorProfileApplied: z.strictObject({ profile: RegulatorProfile, sha256: Sha256Hex }),
  /** What was turned away in one hour, per site, route and code; sent only for hours in which there was any. */
  IntakeReported: z.strictObject({
    hour: Instant,
    counts: z.array(z.strictObject({ site: Id.optional(), route: z.string(), code: z.string(), count: z.int().min(1) })),
  }),
  /**
   * Addresses were checked against one purpose and channel (`POST /v1/eligibility/scrub`). Hashes are salted with a nonce that only the token holds, so that nobody
   * can guess the list from them. `cursor`: how far the feed was. `recipient`: the downstream system that asked. `cutOff`: the answer has no last line, and nobody got a
   * token; counts and hashes are of what was answered before.
   */
  ScrubPerformed: z.strictObject({
    scrubId: Uuid,
    operator: z.string(),
    purpose: Id,
    channel: Channel,
    count: z.int().min(0),
    allowed: z.int().min(0),
    inputSha256: Sha256Hex,
    outputSha256: Sha256Hex,
    asOf: Instant,
    cursor: z.string(),
    recipient: Id.optional(),
    cutOff: z.literal(true).optional(),
  }),
} as const

export type ControllerEventType = keyof typeof controllerEvents
export type ControllerFact = { [T in ControllerEventType]: { type: T; data: z.infer<(typeof controllerEvents)[T]> } }[ControllerEventType]

export const controllerStream = (controller: string): string => `controller-${controller}`
