// The catalogue as one reviewed file: controller, sites, purposes, notices (API.md, Catalogue). Its JSON Schema is generated from here.
import { z } from 'zod'
import { isDuration, isZone } from '../time.ts'
import { Channel, Id, IdentifierKind, Instant, Language, LegalBasis, Sha256Hex } from '../words.ts'

const Text = z.string().min(1).max(2000)
const Line = z.string().min(1).max(300)
const Duration = z
  .string()
  .refine(isDuration, 'an ISO 8601 duration such as P3Y or PT24H')
  .meta({ examples: ['P3Y'] })
const Day = z.iso.date()
const Country = z.string().regex(/^[A-Z]{2}$/)
const Origin = z.string().regex(/^https?:\/\/[a-z0-9.-]+(:\d+)?$/, 'scheme, host and port only, lower case')
/** 48 KiB of UTF-8 per language (API.md, Everywhere). */
const NoticeText = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 49_152, 'at most 48 KiB of UTF-8')

export const Entity = z.strictObject({ id: Id, name: Line, address: Line })
export const ControllerEntry = z.strictObject({
  id: Id,
  name: Line,
  address: Line,
  contact: Line,
  jurisdiction: Country,
  regulator: z.string().regex(/^[A-Z]{2}(-[A-Z]+)?$/),
  dpo: z.strictObject({ contact: Line }).optional(),
  entities: z.array(Entity).max(50).default([]),
  timeZone: z.string().refine(isZone, 'an IANA time zone').default('Europe/Paris'),
  languages: z.array(Language).min(1).max(40).default(['fr', 'en']),
  country: Country.default('FR'),
  fourEyes: z.array(z.enum(['erasure', 'disclosure'])).default([]),
  identifiers: z
    .array(z.strictObject({ scheme: Id, kind: IdentifierKind }))
    .max(50)
    .default([]),
  emailLocalPart: z.enum(['fold', 'exact']).default('fold'),
})

export const SiteEntry = z.strictObject({
  id: Id,
  name: Line,
  origins: z.array(Origin).max(50),
  manageConsentLink: z.boolean(),
  capture: z
    .strictObject({ ip: z.enum(['none', 'truncated', 'full']).default('none'), userAgent: z.boolean().default(false) })
    .default({ ip: 'none', userAgent: false }),
})

export const Recipient = z.strictObject({
  id: Id.optional(),
  name: Line,
  country: Country,
  role: z.enum(['processor', 'joint', 'controller']),
  transfer: z.strictObject({ tool: Line, document: Line }).optional(),
  stopWithin: Duration.optional(),
})

export const PurposeEntry = z.strictObject({
  id: Id,
  version: z.int().min(1),
  legalBasis: LegalBasis,
  marketing: z.boolean(),
  channels: z
    .array(Channel)
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'each channel once'),
  dataKinds: z.array(Id).max(50),
  recipients: z.array(Recipient).max(100),
  retention: Duration,
  validity: Duration.optional(),
  confirmation: z.enum(['none', 'double-opt-in']).default('none'),
  softOptIn: z.strictObject({ seller: Id, categories: z.array(Id).min(1).max(50) }).optional(),
  lapse: Duration.optional(),
  audience: z.enum(['consumer', 'professional']).default('consumer'),
  evidence: z.strictObject({ retention: Duration, ground: z.enum(['17(3)(b)', '17(3)(e)']) }).optional(),
  /** Purpose id that this one continues on another basis: who refused or withdrew the old one starts objected in this one. */
  replaces: Id.optional(),
  retired: Day.optional(),
  text: z.record(Language, z.strictObject({ title: Line, description: Text })),
})

export const Presentation = z.strictObject({
  id: Id,
  codeSha256: Sha256Hex.optional(),
  screenshots: z
    .array(z.strictObject({ viewport: z.string().regex(/^\d{2,5}x\d{2,5}$/), sha256: Sha256Hex, at: Instant }))
    .max(50)
    .default([]),
  controls: z
    .strictObject({
      default: z.enum(['on', 'off']),
      accept: z.strictObject({ layer: z.int().min(1), clicks: z.int().min(0) }),
      refuse: z.strictObject({ layer: z.int().min(1), clicks: z.int().min(0) }),
      withdraw: z.strictObject({ layer: z.int().min(1), clicks: z.int().min(0) }).optional(),
    })
    .optional(),
})

export const NoticeEntry = z.strictObject({
  id: Id,
  version: z.int().min(1),
  change: z.enum(['editorial', 'material', 'new-processing']),
  validFrom: Day,
  purposes: z.array(Id).max(100),
  contentType: z.enum(['text/plain', 'text/html', 'text/markdown']).default('text/plain'),
  withdrawal: z.record(Language, Text),
  text: z.record(Language, NoticeText),
  presentations: z.array(Presentation).max(50).default([]),
})

export const Statement = z.strictObject({ notice: Id, section: Line, quote: Text, claim: Text })

export const CatalogueFile = z.strictObject({
  controller: ControllerEntry,
  sites: z.array(SiteEntry).max(500).default([]),
  purposes: z.array(PurposeEntry).max(500).default([]),
  notices: z.array(NoticeEntry).max(500).default([]),
  statements: z.array(Statement).max(500).default([]),
})
export type CatalogueFile = z.infer<typeof CatalogueFile>
export type ControllerEntry = z.infer<typeof ControllerEntry>
export type SiteEntry = z.infer<typeof SiteEntry>
export type PurposeEntry = z.infer<typeof PurposeEntry>
export type NoticeEntry = z.infer<typeof NoticeEntry>
export type Presentation = z.infer<typeof Presentation>
export type Statement = z.infer<typeof Statement>
