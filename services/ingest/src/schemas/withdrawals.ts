// POST /v1/withdrawals: a person takes a consent back. GDPR Art. 7(3): no notice, no history needed.
import { z } from 'zod'
import { Id } from '@consent-ledger/domain'
import { Channels, EvidencePost, MethodPost, Time } from './circumstances.ts'
import { Subject } from './subject.ts'

export const Withdrawal = z
  .strictObject({
    subject: Subject,
    purposes: z.union([z.array(Id).min(1).max(500), z.literal('all')]),
    channels: Channels.optional(),
    occurredAt: Time.optional(),
    method: MethodPost.optional(),
    evidence: EvidencePost.optional(),
  })
  .meta({
    description:
      'A marketing purpose on another basis than consent: recorded as an objection to it. `all`: every consent withdrawn, every other marketing objected to.',
    examples: [
      {
        subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
        purposes: ['commercial-mail'],
        method: { kind: 'email-link' },
      },
    ],
  })
export type Withdrawal = z.output<typeof Withdrawal>
