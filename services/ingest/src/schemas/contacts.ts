// POST /v1/contacts: something that the person did. What soft opt-in and the prospect's clock rest on.
import { z } from 'zod'
import { ContactKind, Id } from '@consent-ledger/domain'
import { Time } from './circumstances.ts'
import { Subject, text } from './subject.ts'

const SalePost = z.strictObject({
  seller: Id,
  category: Id,
  addressCollectedThen: z.boolean().meta({ description: 'Whether the address was collected from the person at this sale.' }),
  refusalOffered: z.array(Id).max(200).meta({ description: 'Purposes that the person was offered to refuse, then and there.' }),
  refused: z.array(Id).max(200).optional().meta({
    description: 'Purposes that they did refuse: a no, recorded in the same append even where the contact itself is refused.',
  }),
  reference: text(200).optional().meta({ description: "The seller's own, such as an order number. Sealed." }),
})

/** `kind` is read as any word, so that an opened mail is told what is wrong with it (422 NOT_A_CONTACT). */
export const Contact = z
  .strictObject({
    subject: Subject,
    kind: text(64).meta({ enum: ContactKind.options, description: 'What the person did. An opened mail is no contact: 422.' }),
    occurredAt: Time.optional(),
    sale: SalePost.optional().meta({ description: 'Required where `kind` is `sale`, and nowhere else.' }),
  })
  .meta({
    description:
      'With a publishable key: devices only, and no sale. A page must neither prolong what may be done with an account nor make it a customer.',
    examples: [
      {
        subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
        kind: 'sale',
        occurredAt: '2026-11-22T10:42:05.123Z',
        sale: {
          seller: 'huttopia-sa',
          category: 'stay',
          addressCollectedThen: true,
          refusalOffered: ['customer-mail'],
          refused: [],
          reference: 'R-2026-1042',
        },
      },
    ],
  })
export type Contact = z.output<typeof Contact>
