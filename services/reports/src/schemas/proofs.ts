// POST …/proofs and …/links/{linkId}/undo: what staff ask for in writing, and what they get.
import { z } from 'zod'
import { Id } from '@consent-ledger/domain'
import { Proof } from '@consent-ledger/proof'
import { Reason, ReportLanguage, Time } from './asked.ts'

export const ProofPost = z
  .strictObject({
    reason: Reason,
    purpose: Id.optional(),
    from: Time.optional(),
    to: Time.optional(),
    language: ReportLanguage.optional(),
    open: z
      .array(z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/))
      .max(50)
      .optional()
      .meta({
        description:
          '`identifiers`, `collector`, `reference` (of a sale), or a field of the evidence such as `ip`. Default: all that the role may.',
      }),
  })
  .refine((post) => post.from === undefined || post.to === undefined || Date.parse(post.from) < Date.parse(post.to), {
    path: ['to'],
    message: 'Must be later than `from`.',
  })
  .meta({
    description: '`purpose`, `from` (inclusive) and `to` (exclusive) narrow the report, never the stream.',
    examples: [{ reason: 'Dispute 42', language: 'fr' }],
  })
export type ProofPost = z.output<typeof ProofPost>

export const ProofReply = z.strictObject({ proof: Proof })

/** The same proof in either form. */
export const ProofAnswer = {
  description: 'The proof: as one document, or as a dossier that a stranger can check offline.',
  content: {
    'application/json': { schema: ProofReply },
    'application/zip': { schema: z.string().meta({ description: 'The dossier, a zip: README.txt in it says how to check it.' }) },
  },
}

export const UndoPost = z.strictObject({ reason: Reason }).meta({ examples: [{ reason: 'Two guests share this browser' }] })
