// Identifiers as somebody posted them, in the one spelling of the controller they are posted to.
import { builtInSchemes, LedgerError, refuse, type Catalogue, type IdentifierKind, type Violation } from '@consent-ledger/domain'
import { normaliseIdentifier } from './normalise.ts'
import type { Identifier } from './port.ts'

type Posted = { scheme: string; value: string }

/** `refused`: IDENTIFIER_INVALID, what is wrong with those that cannot be read. */
export type IdentifiersRead = { identifiers: Identifier[]; refused: LedgerError | null }

/** What the controller declares comes before what every ledger knows. */
const kindOf = ({ controller }: Pick<Catalogue, 'controller'>, scheme: string): IdentifierKind | undefined =>
  controller?.identifiers.find((declared) => declared.scheme === scheme)?.kind ??
  (Object.hasOwn(builtInSchemes, scheme) ? builtInSchemes[scheme] : undefined)

/** Reads one identifier, as `readIdentifiers` does. `pointer`: where it stands in what was posted. Errors: IDENTIFIER_INVALID. */
export const readIdentifier = (catalogue: Pick<Catalogue, 'controller'>, { scheme, value }: Posted, pointer: string): Identifier => {
  const kind = kindOf(catalogue, scheme)
  if (kind === undefined) throw refuse('IDENTIFIER_INVALID', `${pointer}/scheme`, 'declared', 'The catalogue declares no such scheme')
  const { emailLocalPart = 'fold', country = 'FR' } = catalogue.controller ?? {}
  return normaliseIdentifier(scheme, value, { kind, emailLocalPart, country, pointer: `${pointer}/value` })
}

/**
 * Reads identifiers by the catalogue's schemes, country and rule for local parts, in the caller's order. `pointer`: where the list stands in what was
 * posted. Errors: IDENTIFIER_INVALID if not one of them can be read; no value is ever repeated.
 */
export const readIdentifiers = (catalogue: Pick<Catalogue, 'controller'>, posted: readonly Posted[], pointer: string): IdentifiersRead => {
  const identifiers: Identifier[] = []
  const violations: Violation[] = []
  for (const [place, one] of posted.entries()) {
    try {
      identifiers.push(readIdentifier(catalogue, one, `${pointer}/${place}`))
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'IDENTIFIER_INVALID') throw error
      violations.push(...error.violations)
    }
  }
  const [first] = violations
  const refused = first ? new LedgerError('IDENTIFIER_INVALID', first.message, { violations }) : null
  if (refused && identifiers.length === 0) throw refused
  return { identifiers, refused }
}
