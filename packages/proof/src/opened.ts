// Personal data as a proof shows it: opened against its commitment, kept closed, or gone for ever.
import { z } from 'zod'
import { IdentifierKind, Sha256Hex } from '@consent-ledger/domain'

/**
 * `opened`: value and salt are shown, and SHA-256(salt ‖ RFC 8785 bytes of the value) was the commitment. `not-opened`: the role may not, or nobody asked.
 * `destroyed`: its key is gone; only the commitment is left. `salt`: base64url.
 */
export const OpenedField = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('opened'), commitment: Sha256Hex, value: z.json(), salt: z.string() }),
  z.strictObject({ status: z.enum(['not-opened', 'destroyed']), commitment: Sha256Hex }),
])
export type OpenedField = z.infer<typeof OpenedField>

/** `eventId`: the event in which the act named this identifier. */
export const OpenedIdentifier = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('opened'),
    scheme: z.string(),
    kind: IdentifierKind,
    eventId: z.string(),
    commitment: Sha256Hex,
    value: z.string(),
    salt: z.string(),
  }),
  z.strictObject({
    status: z.enum(['not-opened', 'destroyed']),
    scheme: z.string(),
    kind: IdentifierKind,
    eventId: z.string(),
    commitment: Sha256Hex,
  }),
])
export type OpenedIdentifier = z.infer<typeof OpenedIdentifier>

/** What one event held sealed, after opening. Field names: those of the evidence, `collector`, and `reference` of a sale. */
export type Opened = { identifiers: OpenedIdentifier[]; fields: Record<string, OpenedField> }
