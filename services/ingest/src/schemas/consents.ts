// POST /v1/consents: what a person chose.
import { z } from 'zod'
import { Decision, Id } from '@consent-ledger/domain'
import { Channels, EvidencePost, MethodPost, NoticeNamed, Time } from './circumstances.ts'
import { Subject } from './subject.ts'

export const Choice = z
  .strictObject({ purpose: Id, decision: Decision, channels: Channels.optional() })
  .meta({ examples: [{ purpose: 'commercial-mail', decision: 'given', channels: ['email'] }] })

export const Consent = z
  .strictObject({
    subject: Subject,
    notice: NoticeNamed.optional(),
    choices: z.array(Choice).min(1).max(200),
    occurredAt: Time.optional().meta({
      description:
        'When the person answered. Without it a yes that is imported counts from `method.source.exportedAt` at the latest, all else from its arrival.',
    }),
    method: MethodPost.optional(),
    evidence: EvidencePost.optional(),
  })
  .meta({
    description: 'One act of one person: every answer in it is recorded together or not at all.',
    examples: [
      {
        subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
        notice: { id: 'newsletter-form', version: 1, language: 'fr' },
        choices: [
          { purpose: 'commercial-mail', decision: 'given', channels: ['email'] },
          { purpose: 'personalised-ads', decision: 'refused' },
        ],
        occurredAt: '2026-11-22T10:42:05.123Z',
        method: { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'checkout', presentation: 'form-a' },
        evidence: { ip: '203.0.113.9', pageUrl: 'https://www.example.org/join' },
      },
    ],
  })
export type Consent = z.output<typeof Consent>
