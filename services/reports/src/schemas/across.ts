// Answers across subjects, from the read model: each says as of when it holds.
import { z } from 'zod'
import { Channel, Id, Instant } from '@consent-ledger/domain'
import { Limit } from './asked.ts'

/** `asOf`: up to when everything recorded is in it, null if never since the last rebuild. `lagMs`: how long ago that is. */
const freshness = { asOf: Instant.nullable(), lagMs: z.int().nullable() }
const Answer = z.enum(['unknown', 'requested', 'given', 'refused', 'withdrawn', 'expired', 'invalidated'])

export const AnswersAsked = z.strictObject({
  controller: Id.optional(),
  purpose: Id.optional(),
  channel: Channel.optional(),
  answer: Answer.optional().meta({
    description:
      'Judged as of now: what ended since, or waits to be judged by a changed catalogue, is found by what it is. A page may then hold fewer than asked for although `next` is not null.',
  }),
  limit: Limit,
  after: z.string().min(1).max(500).optional(),
})
export const Answers = z
  .strictObject({
    controller: Id,
    ...freshness,
    answers: z.array(
      z.strictObject({
        subjectId: z.string(),
        purpose: Id,
        channel: Channel,
        answer: Answer,
        objected: z
          .boolean()
          .meta({ description: 'Whether an objection stands, also one that is inherited from the purpose that this one replaces.' }),
        since: Instant.nullable(),
        until: Instant.nullable(),
        notice: z.strictObject({ id: Id, version: z.int() }).nullable(),
        site: Id.nullable(),
        eventId: z.string().nullable(),
        revision: z.string().nullable(),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ examples: [{ controller: 'huttopia', asOf: '2026-11-23T09:00:00.000Z', lagMs: 400, answers: [], next: null }] })

const Day = z.iso.date().meta({ examples: ['2026-11-22'] })
/** Days in UTC: `from` inclusive, `to` exclusive. */
export const ActivityAsked = z.strictObject({ controller: Id.optional(), site: Id.optional(), from: Day.optional(), to: Day.optional() })
export const Activity = z
  .strictObject({
    controller: Id,
    ...freshness,
    activity: z.array(z.strictObject({ site: Id.nullable(), day: z.string(), type: z.string(), count: z.int() })),
    turnedAway: z.array(z.strictObject({ hour: Instant, site: Id.nullable(), route: z.string(), code: z.string(), count: z.int() })),
  })
  .meta({
    examples: [
      {
        controller: 'huttopia',
        asOf: '2026-11-23T09:00:00.000Z',
        lagMs: 400,
        activity: [{ site: 'huttopia-fr', day: '2026-11-22', type: 'ConsentGiven', count: 42 }],
        turnedAway: [{ hour: '2026-11-22T10:00:00.000Z', site: 'huttopia-fr', route: '/v1/consents', code: 'UNKNOWN_NOTICE', count: 1 }],
      },
    ],
  })

export const Rebuilding = z.strictObject({ status: z.literal('rebuilding') })
