// What only the door can tell: whom a browser may name, what it may record, and payment data in free text. A yes falls by it, a no loses only that field.
import { flagsOfDropped, LedgerError, refuse, type AdmittedAnswer, type Violation } from '@consent-ledger/domain'
import type { IdentifiersRead } from '@consent-ledger/vault'
import { circumstancesOf, paymentPointers, unclearPointers, without } from './ownWords.ts'
import type { AdmittedAct, Proposal } from './proposal.ts'
import { isImport, isYes, type Posted, type SiteAct } from './siteAct.ts'

/** What the catalogue does not know of a page's notice is anybody's text: the flag alone is kept. */
const withKnownNotice = ({ notice, ...answer }: AdmittedAnswer): AdmittedAnswer => ({
  ...answer,
  ...(notice && 'sha256' in notice ? { notice } : {}),
})

const paymentRefusal = (pointers: readonly string[]): LedgerError | null => {
  const message = 'A card number or an IBAN is not kept here: send the act again without it'
  const violations: Violation[] = pointers.map((pointer) => ({ pointer, rule: 'payment-data', message }))
  return violations.length > 0 ? new LedgerError('PAYMENT_DATA_REFUSED', message, { violations }) : null
}

const isSale = (posted: Posted): boolean => posted.act === 'contact' && posted.post.kind === 'sale'

/** API.md, Sites: anybody could type another person's address into a page. */
const browserRefusal = (act: SiteAct, { identifiers }: IdentifiersRead): LedgerError | null => {
  if (act.caller.trust !== 'publishable') return null
  if (isImport(act.posted)) return refuse('FORBIDDEN', '/method/kind', 'secret-key', 'Only a secret key imports')
  if (isSale(act.posted)) return refuse('FORBIDDEN', '/kind', 'secret-key', 'Only a secret key records a sale')
  if (identifiers.every(({ kind }) => kind === 'device')) return null
  return refuse(
    'IDENTIFIER_NEEDS_SECRET_KEY',
    '/subject/identifiers',
    'device-only',
    'With a publishable key a yes or a contact may name devices only',
  )
}

/** Completes an admission with what the door knows. `refused` is the first thing wrong; no yes and no deed stands beside it. */
export const admitAtDoor = (act: SiteAct, admitted: AdmittedAct, identified: IdentifiersRead): Omit<Proposal, 'catalogue'> => {
  const circumstances = circumstancesOf(act)
  const payment = paymentPointers(act, circumstances)
  const dropped = [...new Set([...act.leftOut, ...payment, ...unclearPointers(act, circumstances)])]
  const asks = admitted.deed !== null || admitted.answers.some(isYes)
  const refused =
    admitted.refused ?? (asks ? (act.slowed ?? identified.refused ?? browserRefusal(act, identified) ?? paymentRefusal(payment)) : null)
  const answers = refused ? admitted.answers.filter((answer) => !isYes(answer)) : admitted.answers
  return {
    answers: act.caller.trust === 'publishable' ? answers.map(withKnownNotice) : answers,
    deed: refused ? null : admitted.deed,
    refused,
    occurred: admitted.occurred,
    identifiers: identified.identifiers,
    flags: [...flagsOfDropped(dropped), ...(identified.refused ? (['identifier-dropped'] as const) : [])],
    dropped: [...dropped, ...(identified.refused?.violations ?? []).map(({ pointer }) => pointer.replace(/\/(value|scheme)$/, ''))],
    ...without(circumstances, dropped),
  }
}
