// Whom an act is about, as a site names them.
import { z } from 'zod'
import { Id } from '@consent-ledger/domain'

/** Text that RFC 8785 can write: no lone surrogate, which JSON.parse lets in. */
export const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => value.isWellFormed(), { error: 'well-formed Unicode', params: { rule: 'unicode' } })

export const Identifier = z.strictObject({ scheme: Id, value: text(500) }).meta({
  description:
    'A scheme and the value by which the site knows the person: `email`, `phone`, `customer` (account), `cookie`, `device` (device), or one that the catalogue declares.',
  examples: [{ scheme: 'email', value: 'anna.martin@example.org' }],
})

export const Subject = z
  .strictObject({
    identifiers: z.array(Identifier).min(1).max(10),
    onConflict: z.literal('first').optional().meta({
      description:
        'When accounts of two people are named: record on the first identifier and link nothing, instead of 409 IDENTITY_CONFLICT.',
    }),
  })
  .meta({ examples: [{ identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] }] })
export type SubjectPost = z.output<typeof Subject>
