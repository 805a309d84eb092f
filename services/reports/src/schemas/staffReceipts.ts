// What staff are answered with when they wrote on one person's stream.
import { z } from 'zod'
import { Id, Instant, StateAfter, Uuid } from '@consent-ledger/domain'

/** `state`: of the purposes that the events name, as they left it, as a site is told it; none after an act that names no purpose of its own. */
export const StaffReceipt = z.strictObject({
  id: Uuid,
  subjectId: z.string(),
  controller: Id,
  recordedAt: Instant,
  logKeyId: z
    .string()
    .optional()
    .meta({ description: 'The key that signs the transparency log in which these events lie: `GET /log/key`.' }),
  events: z.array(z.strictObject({ id: z.string(), type: z.string(), purpose: Id.optional(), stream: z.string(), revision: z.string() })),
  state: z.array(StateAfter),
  status: z.literal('recorded'),
})
export type StaffReceipt = z.output<typeof StaffReceipt>

export const StaffRecorded = z
  .strictObject({
    receipt: StaffReceipt,
    dropped: z.array(z.string()).optional().meta({ description: 'RFC 6901 pointers of what a no was recorded without.' }),
  })
  .meta({
    examples: [
      {
        receipt: {
          id: '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10',
          subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
          controller: 'huttopia',
          recordedAt: '2026-11-23T09:00:00.000Z',
          logKeyId: 'ledger.example.org+033de0ae',
          events: [
            {
              id: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
              type: 'ConsentWithdrawn',
              purpose: 'commercial-mail',
              stream: 'subject-5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
              revision: '3',
            },
          ],
          state: [
            {
              purpose: 'commercial-mail',
              channel: 'email',
              state: 'withdrawn',
              until: null,
              askAgainFrom: '2027-05-23T09:00:00.000Z',
            },
          ],
          status: 'recorded',
        },
      },
    ],
  })

/** What a write of staff may be answered with, by status. */
export const staffAnswers = {
  200: StaffRecorded.describe('The first answer again (`Idempotency-Replayed: true`).'),
  201: StaffRecorded.describe('Recorded: durable.'),
}
