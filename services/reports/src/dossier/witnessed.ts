// Which cosignatures of a tree head this ledger may call a fact: those that the witnesses of its own policy made, checked with their keys.
import { readFile } from 'node:fs/promises'
import { iso, LedgerError } from '@consent-ledger/domain'
import type { Cosignature } from '@consent-ledger/proof'
import { openTreeHead, parsePolicy, TlogError, type Policy, type PolicyWitness, type Verifier } from '@consent-ledger/tlog'

/** The policy file that the settings name; null without one. Errors: SETTING_INVALID. */
export const readWitnessPolicy = async (file: string | undefined): Promise<Policy | null> => {
  if (file === undefined) return null
  try {
    return parsePolicy(await readFile(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof TlogError ? cause.message : 'the file cannot be read'
    throw new LedgerError('SETTING_INVALID', `LEDGER_WITNESSES: ${why}.`, { cause })
  }
}

const madeBy = ({ verifier }: PolicyWitness, note: string, log: readonly Verifier[]): Cosignature[] => {
  try {
    const { cosignatures } = openTreeHead(note, log, [verifier])
    // A witness may write any 64-bit number; no calendar has them all.
    return cosignatures.flatMap(({ name, time }) => (time <= 8_640_000_000_000n ? [{ name, time: iso(Number(time) * 1000) }] : []))
  } catch (error) {
    if (error instanceof TlogError) return []
    throw error
  }
}

/** Each cosignature of `note` that a witness of the policy made; none without a policy. A line that is false, or of somebody else, is not among them. `log`: keys of the log. */
export const verifiedCosignatures = (policy: Policy | null, note: string, log: readonly Verifier[]): Cosignature[] =>
  (policy?.witnesses ?? []).flatMap((witness) => madeBy(witness, note, log))
