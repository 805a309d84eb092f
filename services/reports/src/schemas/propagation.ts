// How far each downstream system is: what it says, and what it is told back.
import { z } from 'zod'
import { FeedCursor, Id, Instant } from '@consent-ledger/domain'

export const OfRecipient = z.strictObject({ recipientId: z.string() })
export const ForController = z.strictObject({ controller: Id.optional() })

export const AcknowledgementPost = z
  .strictObject({ cursor: FeedCursor.meta({ description: 'Of the last change that the system has applied, with all before it.' }) })
  .meta({ examples: [{ cursor: '1.4711' }] })

const Behind = z.int().meta({ description: 'Stops that the system has not applied yet.' })

/** What was noted, or, where the system said more before, what it said then. */
export const Acknowledged = z
  .strictObject({ recipient: Id, cursor: FeedCursor, at: Instant, behind: Behind })
  .meta({ examples: [{ recipient: 'mailer', cursor: '1.4711', at: '2026-11-23T09:00:00.000Z', behind: 0 }] })

const Minutes = z.number()
const StopWithin = z.string().meta({ description: 'ISO 8601; the shortest that any of its purposes asks for.', examples: ['PT24H'] })

const System = z.strictObject({
  recipient: Id,
  name: z.string(),
  purposes: z.array(Id),
  stopWithin: StopWithin.nullable(),
  acknowledged: z
    .strictObject({ cursor: FeedCursor, at: Instant })
    .nullable()
    .meta({ description: 'Null: it never acknowledged anything.' }),
  pending: z
    .strictObject({ count: z.int(), oldest: Instant.nullable(), minutes: Minutes.nullable() })
    .meta({ description: 'Stops not yet applied; `minutes`: how long the oldest waits.' }),
  slowestMinutes: Minutes.nullable().meta({
    description: 'The longest time from a stop to its acknowledgement, of those that were acknowledged last. Null before the first.',
  }),
})

export const Propagation = z
  .strictObject({
    controller: Id,
    asOf: Instant.nullable(),
    lagMs: z.int().nullable(),
    recipients: z.array(System),
    overdue: z
      .array(z.strictObject({ recipient: Id, count: z.int(), since: Instant, stopWithin: StopWithin }))
      .meta({ description: 'Those whose oldest pending stop waits longer than `stopWithin`.' }),
  })
  .meta({
    examples: [
      {
        controller: 'huttopia',
        asOf: '2026-11-23T09:00:00.000Z',
        lagMs: 400,
        recipients: [
          {
            recipient: 'mailer',
            name: 'Mailer SAS',
            purposes: ['commercial-mail'],
            stopWithin: 'PT24H',
            acknowledged: { cursor: '1.4711', at: '2026-11-22T06:00:00.000Z' },
            pending: { count: 2, oldest: '2026-11-22T07:30:00.000Z', minutes: 1530 },
            slowestMinutes: 12.5,
          },
        ],
        overdue: [{ recipient: 'mailer', count: 2, since: '2026-11-22T07:30:00.000Z', stopWithin: 'PT24H' }],
      },
    ],
  })
