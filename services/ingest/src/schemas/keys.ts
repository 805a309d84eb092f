// Keys of sites and of operators: issued once, listed without their secret, revoked at once.
import { z } from 'zod'
import { Id, Instant, Role, Uuid } from '@consent-ledger/domain'
import { noPaymentData } from '@consent-ledger/edge'

export const OfSite = z.strictObject({ id: Id })
export const OfSiteKey = z.strictObject({ id: Id, keyId: Uuid })
export const OfOperator = z.strictObject({ id: Uuid })
export const OfController = z.strictObject({ controller: Id.optional() })
/** A body with nothing in it, or none. */
export const Nothing = z.strictObject({}).nullish()

export const SiteKeysIssued = z.strictObject({ id: Uuid, secret: z.string(), publishable: z.string() }).meta({
  description: 'Shown this once. `id` names the pair in the list and in a revocation.',
  examples: [{ id: '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10', secret: 'sk_…', publishable: 'pk_…' }],
})
const used = { lastUsedAt: Instant.nullable(), revokedAt: Instant.nullable() }
export const SiteKeyList = z.strictObject({
  keys: z.array(z.strictObject({ id: Uuid, kind: z.enum(['secret', 'publishable']), issuedAt: Instant, ...used })),
  next: z.string().nullable(),
})

export const NewOperator = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .refine((name) => name.isWellFormed(), 'well-formed Unicode')
      .refine(...noPaymentData),
    roles: z.array(Role).min(1).max(5),
    controller: Id.optional(),
  })
  .meta({ examples: [{ name: 'Jeanne Moreau, legal', roles: ['legal'], controller: 'huttopia' }] })
export type NewOperator = z.output<typeof NewOperator>
export const OperatorIssued = z
  .strictObject({ id: Uuid, key: z.string() })
  .meta({ description: 'Shown this once.', examples: [{ id: '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10', key: 'ok_…' }] })
export const OperatorList = z.strictObject({
  operators: z.array(
    z.strictObject({ id: Uuid, name: z.string().nullable(), roles: z.array(Role), controller: Id.nullable(), addedAt: Instant, ...used }),
  ),
  next: z.string().nullable(),
})
export const Revoked = z.strictObject({ id: Uuid, revokedAt: Instant })
