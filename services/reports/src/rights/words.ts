// Staff's own words in an event: sealed under the key of the controller's register, and never with payment data in them.
import { LedgerError, type SealedField } from '@consent-ledger/domain'
import { holdsPaymentData } from '@consent-ledger/edge'
import { seal } from '@consent-ledger/vault'
import type { Look } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import type { StaffAct } from '../staffAct.ts'

/** What seals the words of an act, each field by itself with its name as associated data. Errors: VAULT_UNAVAILABLE. */
export const sealerOf = async (
  { vault, clock }: ReportsDeps,
  { catalogue, subjectId }: Look,
  { actId }: StaffAct,
): Promise<(field: string, words: string) => SealedField> => {
  const key = await vault.registerKey(catalogue.controllerId, clock())
  return (field, words) => seal(key, { actId, field, subjectId }, words)
}

/** Errors: PAYMENT_DATA_REFUSED, naming each field that holds a card number or an IBAN. */
export const demandNoPaymentData = (words: Readonly<Record<string, string | undefined>>): void => {
  const fields = Object.keys(words).filter((field) => holdsPaymentData(words[field] ?? ''))
  if (fields.length === 0) return
  const message = 'A card number or an IBAN is not kept here: send it again without'
  throw new LedgerError('PAYMENT_DATA_REFUSED', message, {
    violations: fields.map((field) => ({ pointer: `/${field}`, rule: 'payment-data', message })),
  })
}
