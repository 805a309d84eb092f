// From the identifiers as typed to one spelling each.
import { LedgerError, refuse, type Catalogue, type Violation } from '@consent-ledger/domain'
import { normaliseIdentifier, type Identifier } from '@consent-ledger/vault'
import type { SubjectPost } from '../schemas/subject.ts'
import { schemesOf } from './siteAct.ts'

/** `refused`: what is wrong with those that cannot be read; a yes falls with them, a no stands on the others. */
export type Identified = { identifiers: Identifier[]; refused: LedgerError | null }

const identifier = (catalogue: Catalogue, { scheme, value }: SubjectPost['identifiers'][number], at: string): Identifier => {
  const schemes = schemesOf({ catalogue })
  const kind = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined
  if (kind === undefined) throw refuse('IDENTIFIER_INVALID', `${at}/scheme`, 'declared', 'The catalogue declares no such scheme')
  const { emailLocalPart = 'fold', country = 'FR' } = catalogue.controller ?? {}
  return normaliseIdentifier(scheme, value, { kind, emailLocalPart, country, pointer: `${at}/value` })
}

/** In the caller's order. Errors: IDENTIFIER_INVALID if not one of them can be read; the value is never repeated. */
export const identify = (catalogue: Catalogue, subject: SubjectPost): Identified => {
  const identifiers: Identifier[] = []
  const violations: Violation[] = []
  for (const [place, named] of subject.identifiers.entries()) {
    try {
      identifiers.push(identifier(catalogue, named, `/subject/identifiers/${place}`))
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
