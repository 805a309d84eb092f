// Rights that a person exercises by post or phone, as staff write them down, and the lists of what is in force.
import { z } from 'zod'
import { ActorKind, AgeBand, Channel, Id, Instant, MethodKind, RestrictionGround, RestrictionRow } from '@consent-ledger/domain'
import { noPaymentData } from '@consent-ledger/edge'
import { Limit, Reason, Time, Words } from './asked.ts'

const OwnId = Id.refine(...noPaymentData)
/** How it came: closed words and ids only. What a person tells staff is never an import. */
const StaffMethod = z
  .strictObject({
    kind: MethodKind.exclude(['import']),
    control: OwnId.optional(),
    layer: z.int().min(1).max(9).optional(),
    workflow: OwnId.optional(),
    presentation: OwnId.optional(),
    actor: z.strictObject({ kind: ActorKind, ageBand: AgeBand.optional(), how: OwnId.optional() }).optional(),
  })
  .meta({ description: 'How it reached you.', examples: [{ kind: 'paper' }] })

const Evidence = z.partialRecord(z.enum(['ip', 'userAgent', 'pageUrl', 'referrer', 'sessionId', 'note']), Reason).meta({
  description: 'What shows it; sealed, each field by itself, under the person’s evidence key.',
  examples: [{ note: 'Letter 2026/114' }],
})

const Purposes = z.array(Id).min(1).max(500)
const no = {
  channels: z
    .array(Channel)
    .min(1)
    .max(6)
    .optional()
    .meta({ description: 'Default: all that the purpose ever had.', examples: [['email']] }),
  occurredAt: Time.optional().meta({ description: 'When the person said so: the date of the letter, the time of the call. Default: now.' }),
  method: StaffMethod.optional(),
  reason: Reason.optional(),
}

export const StaffWithdrawal = z
  .strictObject({ purposes: z.union([Purposes, z.literal('all')]), ...no, evidence: Evidence.optional() })
  .meta({
    description:
      'A marketing purpose on another basis than consent: recorded as an objection to it. `all`: every consent withdrawn, every other marketing objected to.',
    examples: [
      { purposes: ['commercial-mail'], occurredAt: '2026-11-20T10:00:00.000Z', method: { kind: 'paper' }, reason: 'Letter 2026/114' },
    ],
  })
export type StaffWithdrawal = z.output<typeof StaffWithdrawal>

export const StaffObjection = z.strictObject({ purposes: z.union([Purposes, z.literal('marketing')]), ...no }).meta({
  description: 'GDPR Art. 21. To marketing it is absolute, whatever the basis.',
  examples: [{ purposes: 'marketing', method: { kind: 'phone' }, reason: 'Call of 23 November' }],
})
export type StaffObjection = z.output<typeof StaffObjection>

export const ObjectionLift = z
  .strictObject({ method: StaffMethod, reason: Words })
  .meta({ examples: [{ method: { kind: 'phone' }, reason: 'Asked by telephone to be written to again' }] })

export const RestrictionPost = z
  .strictObject({ purposes: z.union([Purposes, z.literal('all')]), ground: RestrictionGround, reason: Words.optional() })
  .meta({
    description: 'GDPR Art. 18(1)(a) to (d): `accuracy`, `unlawful`, `claims`, `objection`. Stored, not used, from now on.',
    examples: [{ purposes: 'all', ground: 'accuracy', reason: 'Contests the date of birth' }],
  })

export const RestrictionLift = z
  .strictObject({
    notifiedAt: Time.meta({ description: 'When the person was told (Art. 18(3)): not later than now.' }),
    notification: Words.meta({ description: 'How, or in what words. Sealed.' }),
    reason: Words,
  })
  .meta({
    examples: [{ notifiedAt: '2026-11-23T08:00:00.000Z', notification: 'Letter 2026/120', reason: 'The date of birth was corrected' }],
  })

export const OfEvent = z.strictObject({ subjectId: z.string(), eventId: z.string() })

export const InForceAsked = z.strictObject({
  controller: Id.optional(),
  purpose: Id.optional(),
  limit: Limit,
  after: z.string().min(1).max(500).optional(),
})
const page = { controller: Id, asOf: Instant.nullable(), lagMs: z.int().nullable() }
/** A page may hold fewer than asked for although `next` is not null. */
export const ObjectionsInForce = z
  .strictObject({
    ...page,
    objections: z.array(z.strictObject({ subjectId: z.string(), purpose: Id, channel: Channel, since: Instant, eventId: z.string() })),
    next: z.string().nullable(),
  })
  .meta({
    examples: [
      {
        controller: 'huttopia',
        asOf: '2026-11-23T09:00:00.000Z',
        lagMs: 400,
        objections: [
          {
            subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
            purpose: 'prospects',
            channel: 'post',
            since: '2026-11-22T10:42:05.201Z',
            eventId: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
          },
        ],
        next: null,
      },
    ],
  })
export type ObjectionsInForce = z.output<typeof ObjectionsInForce>

export const RestrictionsInForce = z
  .strictObject({ ...page, restrictions: z.array(RestrictionRow.extend({ subjectId: z.string() })), next: z.string().nullable() })
  .meta({
    examples: [
      {
        controller: 'huttopia',
        asOf: '2026-11-23T09:00:00.000Z',
        lagMs: 400,
        restrictions: [
          {
            subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
            eventId: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
            purposes: 'all',
            ground: 'accuracy',
            since: '2026-11-22T10:42:05.201Z',
          },
        ],
        next: null,
      },
    ],
  })
export type RestrictionsInForce = z.output<typeof RestrictionsInForce>
