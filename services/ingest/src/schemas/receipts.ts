// What an act is answered with: a receipt, the same each time it is asked for again.
import { z } from 'zod'
import { Id, Instant, StateAfter, SubjectId, Uuid } from '@consent-ledger/domain'

export const Revision = z.string().regex(/^\d+$/)

const ReceiptEvent = z.strictObject({ id: Uuid, type: z.string(), purpose: Id.optional(), stream: z.string(), revision: Revision })

const example = {
  id: '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10',
  subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
  controller: 'huttopia',
  site: 'huttopia-fr',
  recordedAt: '2026-11-22T10:42:05.201Z',
  logKeyId: 'ledger.example.org+033de0ae',
  events: [
    {
      id: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
      type: 'ConsentGiven',
      purpose: 'commercial-mail',
      stream: 'subject-5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
      revision: '0',
    },
  ],
  state: [
    {
      purpose: 'commercial-mail',
      channel: 'email',
      state: 'given',
      until: '2027-12-22T10:42:05.201Z',
      askAgainFrom: '2027-05-22T10:42:05.201Z',
    },
  ],
  status: 'recorded',
}

const LogKeyId = z.string().meta({ description: 'The key that signs the transparency log in which these events lie: `GET /log/key`.' })

/** A no by a publishable key answers with `id`, `recordedAt`, `status` alone: it may name anybody, so it must tell nothing about them. */
export const Receipt = z
  .strictObject({
    id: Uuid,
    subjectId: SubjectId.optional(),
    controller: Id.optional(),
    site: Id.optional(),
    recordedAt: Instant,
    logKeyId: LogKeyId.optional(),
    events: z.array(ReceiptEvent).optional(),
    state: z.array(StateAfter).optional(),
    status: z.literal('recorded'),
  })
  .meta({ examples: [example] })
export type Receipt = z.output<typeof Receipt>

/** What would be recorded. `subjectId` is null where a subject would be made. */
export const DryRun = z.strictObject({
  subjectId: SubjectId.nullable().optional(),
  controller: Id.optional(),
  site: Id.optional(),
  events: z.array(z.strictObject({ type: z.string(), purpose: Id.optional() })).optional(),
  state: z.array(StateAfter).optional(),
  status: z.literal('dry-run'),
})
export type DryRun = z.output<typeof DryRun>

/** Where the person confirms a double opt-in; the site mails `url`. */
export const Confirmation = z.strictObject({ url: z.string(), token: z.string(), expiresAt: Instant })
export type Confirmation = z.output<typeof Confirmation>

/** That an event lies in the published log. `proof`: C2SP tlog-proof; it binds whoever signed it, so keep it. */
export const EventProof = z.strictObject({ eventId: Uuid, leafIndex: Revision, proof: z.string() })
export type EventProof = z.output<typeof EventProof>

/** RFC 6901 pointers of what was left out: of a no, what its form or payment data would have cost a yes; of a page's act, what it may not leave in the clear. */
const Dropped = z.array(z.string())

export const Recorded = z
  .strictObject({
    receipt: Receipt,
    receipts: z.array(Receipt).optional().meta({ description: 'One for each subject, where the act reached several.' }),
    confirmation: Confirmation.optional(),
    proofs: z.array(EventProof).optional().meta({
      description:
        'With `?wait=published`: one for each event, unless the log was not published in time; then `GET /v1/receipts/{id}/proof`.',
    }),
    dropped: Dropped.optional(),
  })
  .meta({ examples: [{ receipt: example }] })
export type Recorded = z.output<typeof Recorded>

export const RehearsedReply = z.strictObject({ receipt: DryRun, receipts: z.array(DryRun).optional(), dropped: Dropped.optional() })
