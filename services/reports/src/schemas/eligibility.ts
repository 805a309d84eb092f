// Whom may be contacted: one look-up, and the feed of changes.
import { z } from 'zod'
import { Channel, EligibilityChange, EligibilityReason, FeedCursor, Id, Instant, LegalBasis } from '@consent-ledger/domain'
import { Limit, Time } from './asked.ts'
import { Identifier } from './subjects.ts'

const exampleId = '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d'
const question = {
  purpose: Id,
  channel: Channel,
  controller: Id.optional(),
  at: Time.optional().meta({ description: 'By the times of the acts. Without it: now.' }),
  knownAt: Time.optional().meta({ description: 'From what had been recorded by then, of the catalogue too. Without it: everything.' }),
}
const BySubject = z.strictObject({ subjectId: z.string().max(100), ...question })
const ByIdentifiers = z.strictObject({ identifiers: z.array(Identifier).min(1).max(10), ...question })

export const EligibilityPost = z.union([ByIdentifiers, BySubject]).meta({
  description:
    'With `at` or `knownAt` the stream itself is read: was a message of that day lawful, by what was known when it was sent? Without them the answer is refused (503 `STALE`) once it would be older than the limit.',
  examples: [{ identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }], purpose: 'commercial-mail', channel: 'email' }],
})

/** `subjectId`: whose verdict it is; null where nobody is known. `lagMs`: age of `asOf`. */
export const EligibilityAnswer = z
  .strictObject({
    subjectId: z.string().nullable(),
    allowed: z.boolean(),
    reason: EligibilityReason,
    until: Instant.nullable().meta({ description: 'Exclusive end of a yes, if one is known. Ask again by then.' }),
    basis: LegalBasis.nullable(),
    eventId: z.string().nullable(),
    asOf: Instant,
    lagMs: z.int(),
  })
  .meta({
    examples: [
      {
        subjectId: exampleId,
        allowed: true,
        reason: 'CONSENT_GIVEN',
        until: '2027-12-22T10:42:05.201Z',
        basis: 'consent',
        eventId: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
        asOf: '2026-11-23T09:00:00.000Z',
        lagMs: 400,
      },
    ],
  })

const part = { purpose: Id.optional(), channel: Channel.optional(), controller: Id.optional() }
export const SnapshotAsked = z.strictObject(part)
export const ChangesAsked = z.strictObject({
  ...part,
  after: FeedCursor.optional().meta({
    description: '`next` of the page before, or the cursor of a snapshot. Without it: from the beginning.',
    examples: ['1.42'],
  }),
  wait: z
    .string()
    .regex(/^(?:[0-9]|[1-5][0-9]|60)$/, 'seconds, 0 to 60')
    .optional()
    .meta({ description: 'Seconds, 0 to 60, for which the answer waits for a first change.', examples: ['30'] }),
  limit: Limit,
})

const change = {
  controller: 'huttopia',
  subjectId: exampleId,
  purpose: 'commercial-mail',
  channel: 'email' as const,
  allowed: false,
  reason: 'CONSENT_WITHDRAWN' as const,
  until: null,
  basis: 'consent' as const,
  eventId: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
  revision: '3',
  effectiveAt: '2026-11-23T08:59:58.101Z',
  cursor: '1.43',
  asOf: '2026-11-23T09:00:00.000Z',
}

const ChangesPage = z
  .strictObject({
    changes: z.array(EligibilityChange),
    next: FeedCursor,
    asOf: Instant.nullable().meta({
      description:
        'Up to when everything recorded is told, with all before this page. Null where more may lie behind `next`: go on at once.',
    }),
    lagMs: z.int().nullable(),
  })
  .meta({ examples: [{ changes: [change], next: '1.43', asOf: '2026-11-23T09:00:00.000Z', lagMs: 400 }] })

export const Changes = {
  description:
    'Oldest first. `next` is where to go on, at once while `asOf` is null: a page without changes may only have looked through those of others.',
  content: {
    'application/json': { schema: ChangesPage },
    'text/event-stream': {
      schema: z.string().meta({ examples: [`id: ${change.cursor}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`] }),
    },
  },
}

/** Last line of a snapshot. `count`: lines before it. */
export const SnapshotEnd = z.strictObject({ cursor: FeedCursor, count: z.int(), asOf: Instant, lagMs: z.int() })
const end = { cursor: '1.43', count: 1, asOf: '2026-11-23T09:00:00.000Z', lagMs: 400 }
export const Snapshot = {
  description:
    'A line for each key, in the order of the feed; a key that changed meanwhile comes again, and its later line counts. The last line has the cursor from which `changes` goes on: without it the snapshot is not whole.',
  content: {
    'application/x-ndjson': { schema: z.string().meta({ examples: [`${JSON.stringify(change)}\n${JSON.stringify(end)}\n`] }) },
  },
}

/** `epoch`: the new one, decimal. */
export const Replaying = z
  .strictObject({ status: z.literal('replaying'), epoch: z.string().regex(/^\d+$/) })
  .meta({ examples: [{ status: 'replaying', epoch: '2' }] })
