// What every act may say beside its answer: when, how, shown by what, and the evidence that goes under seal.
import { z } from 'zod'
import { ActorKind, AgeBand, Channel, Id, Language, MethodKind, Sha256Hex } from '@consent-ledger/domain'
import { text } from './subject.ts'

const earliest = Date.UTC(1900, 0, 1)
const latest = Date.UTC(9999, 0, 1)

/** RFC 3339, any offset; kept as it was written. Years 1900 to 9998, so that it can be said again in UTC. */
export const Time = z.iso
  .datetime({ offset: true })
  .refine((time) => Date.parse(time) >= earliest && Date.parse(time) < latest, 'a time from 1900 on')
  .meta({ examples: ['2026-11-22T10:42:05.123Z'] })

/** A published text, and the token that came with it if the site got it from `GET /v1/notices/{id}`. */
export const NoticeNamed = z
  .strictObject({ id: Id, version: z.int().min(1).max(100_000), language: Language, showing: z.string().min(1).max(120).optional() })
  .meta({ examples: [{ id: 'newsletter-form', version: 1, language: 'fr' }] })

export const MethodPost = z
  .strictObject({
    kind: MethodKind,
    control: Id.optional(),
    layer: z.int().min(1).max(9).optional(),
    workflow: Id.optional(),
    presentation: Id.optional(),
    actor: z.strictObject({ kind: ActorKind, ageBand: AgeBand.optional(), how: Id.optional() }).optional(),
    collector: z.strictObject({ name: text(200), proofSha256: Sha256Hex.optional() }).optional(),
    source: z.strictObject({ system: Id, exportedAt: Time, fileSha256: Sha256Hex, line: z.int().min(1) }).optional(),
  })
  .meta({ examples: [{ kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'checkout', presentation: 'form-a' }] })

const Signal = z.union([text(4000), z.number(), z.boolean()])

/** Sealed, each field by itself, under the person's evidence key. */
export const EvidencePost = z
  .strictObject({
    ip: z.union([z.ipv4(), z.ipv6()]).optional(),
    userAgent: text(1000).optional(),
    pageUrl: text(2000).optional(),
    referrer: text(2000).optional(),
    sessionId: text(200).optional(),
    note: text(2000).optional(),
    signals: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,40}$/), Signal)
      .refine((signals) => Object.keys(signals).length <= 40, 'at most 40 signals')
      .optional(),
  })
  .meta({ examples: [{ ip: '203.0.113.9', pageUrl: 'https://www.example.org/join', signals: { gpc: false } }] })
export type EvidencePost = z.output<typeof EvidencePost>

export const Channels = z
  .array(Channel)
  .min(1)
  .max(6)
  .meta({ description: 'Default: all channels of the purpose.', examples: [['email']] })
