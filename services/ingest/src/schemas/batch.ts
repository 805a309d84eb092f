// POST /v1/consents/batch: up to 1,000 acts, each taken by itself.
import { z } from 'zod'
import { Consent } from './consents.ts'
import { Contact } from './contacts.ts'
import { NoticeView } from './noticeViews.ts'
import { Objection } from './objections.ts'
import { Recorded, RehearsedReply } from './receipts.ts'
import { Withdrawal } from './withdrawals.ts'

const key = {
  idempotencyKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional(),
}

/** Malformed items fail alone, so each is parsed apart. `idempotencyKey` counts instead of the header; required with a secret key, as there. */
export const ConsentItem = z.strictObject({ ...key, act: z.literal('consent').optional(), ...Consent.shape })
export const WithdrawalItem = z.strictObject({ ...key, act: z.literal('withdrawal'), ...Withdrawal.shape })
export const ObjectionItem = z.strictObject({ ...key, act: z.literal('objection'), ...Objection.shape })
export const ContactItem = z.strictObject({ ...key, act: z.literal('contact'), ...Contact.shape })
export const NoticeViewItem = z.strictObject({ ...key, act: z.literal('notice-view'), ...NoticeView.shape })

/** For the document alone: the items are parsed one by one, so that the batch is not refused for one of them. */
const Item = z.union([ConsentItem, WithdrawalItem, ObjectionItem, ContactItem, NoticeViewItem])
const { $schema: _, ...itemDocument } = z.toJSONSchema(Item, { io: 'input' })

export const Batch = z
  .strictObject({
    items: z
      .array(z.unknown().meta({ ...itemDocument }))
      .min(1)
      .max(1000)
      .meta({
        description:
          'Each item: `idempotencyKey` (required with a secret key), `act` (`consent` by default, `withdrawal`, `objection`, `contact`, `notice-view`) and the fields of that act as its own route takes them. Items for one person are applied in order.',
      }),
  })
  .meta({
    examples: [
      {
        items: [
          {
            idempotencyKey: 'order-1042',
            subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
            notice: { id: 'newsletter-form', version: 1, language: 'fr' },
            choices: [{ purpose: 'commercial-mail', decision: 'given' }],
          },
          {
            idempotencyKey: 'order-1043',
            act: 'withdrawal',
            subject: { identifiers: [{ scheme: 'email', value: 'marc.petit@example.org' }] },
            purposes: 'all',
          },
        ],
      },
    ],
  })

/** In the order of the items. A refusal of the yeses whose noes were recorded has its receipt inside the problem. */
export const BatchResult = z.union([
  z.strictObject({ status: z.int(), ...Recorded.shape }),
  z.strictObject({ status: z.int(), ...RehearsedReply.shape }),
  z.strictObject({ status: z.int(), problem: z.looseObject({ code: z.string(), status: z.int() }) }),
])
export type BatchResult = z.output<typeof BatchResult>
export const BatchResults = z.strictObject({ results: z.array(BatchResult) })
