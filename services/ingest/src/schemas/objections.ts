// POST /v1/objections: a person objects. GDPR Art. 21: no notice, no history needed; to marketing no reason and no weighing either.
import { z } from 'zod'
import { Id } from '@consent-ledger/domain'
import { Channels, EvidencePost, MethodPost, Time } from './circumstances.ts'
import { Subject } from './subject.ts'

export const Objection = z
  .strictObject({
    subject: Subject,
    purposes: z.union([z.array(Id).min(1).max(500), z.literal('marketing')]),
    channels: Channels.optional(),
    occurredAt: Time.optional(),
    method: MethodPost.optional(),
    evidence: EvidencePost.optional(),
  })
  .meta({
    description:
      'The unsubscribe link. `marketing`: every marketing purpose, whatever its basis. An objection to a purpose that rests on consent holds like any other, until a later yes by the person to that purpose on that channel.',
    examples: [
      {
        subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
        purposes: 'marketing',
        channels: ['email'],
        method: { kind: 'email-link' },
      },
    ],
  })
export type Objection = z.output<typeof Objection>
