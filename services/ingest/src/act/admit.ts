// What only the door can judge: whom a browser may name, who may import, and payment data in free text. A yes falls by it, a no loses only that field.
import { LedgerError, refuse, type Flag, type Violation } from '@consent-ledger/domain'
import { holdsPaymentData } from '@consent-ledger/edge'
import type { Identified } from './identify.ts'
import type { Circumstances, JudgedAct, Proposal } from './proposal.ts'
import { isImport, isYes, type SiteAct } from './siteAct.ts'

const circumstancesOf = ({ posted }: SiteAct): Circumstances =>
  posted.act === 'notice-view' ? {} : { method: posted.post.method, evidence: posted.post.evidence }

/** Free text of an act, by RFC 6901 pointer. Identifiers are not looked at: a tenth of all telephone numbers would pass for cards. */
const freeText = ({ method, evidence }: Circumstances): [pointer: string, text: string][] => {
  const { signals = {}, ...fields } = evidence ?? {}
  return [
    ...(method?.collector ? ([['/method/collector/name', method.collector.name]] as [string, string][]) : []),
    ...Object.entries(fields).flatMap(([name, text]): [string, string][] => (text === undefined ? [] : [[`/evidence/${name}`, text]])),
    ...Object.entries(signals).map(([name, signal]): [string, string] => [`/evidence/signals/${name}`, String(signal)]),
  ]
}

const paymentPointers = (circumstances: Circumstances): string[] =>
  freeText(circumstances)
    .filter(([, text]) => holdsPaymentData(text))
    .map(([pointer]) => pointer)

/** `fields`, all of them optional, without those that a pointer under `at` names. */
const keptOf = <T extends object>(fields: T, at: string, pointers: readonly string[]): T =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !pointers.includes(`${at}/${name}`))) as T

const methodWithout = (method: NonNullable<Circumstances['method']>, pointers: readonly string[]): Circumstances['method'] => {
  if (!pointers.includes('/method/collector/name')) return method
  const { collector: _, ...kept } = method
  return kept
}

const evidenceWithout = (
  { signals, ...fields }: NonNullable<Circumstances['evidence']>,
  pointers: readonly string[],
): Circumstances['evidence'] => ({
  ...keptOf(fields, '/evidence', pointers),
  ...(signals ? { signals: keptOf(signals, '/evidence/signals', pointers) } : {}),
})

const without = ({ method, evidence }: Circumstances, pointers: readonly string[]): Circumstances => ({
  ...(method ? { method: methodWithout(method, pointers) } : {}),
  ...(evidence ? { evidence: evidenceWithout(evidence, pointers) } : {}),
})

const paymentRefusal = (pointers: readonly string[]): LedgerError | null => {
  const message = 'A card number or an IBAN is not kept here: send the act again without it'
  const violations: Violation[] = pointers.map((pointer) => ({ pointer, rule: 'payment-data', message }))
  return violations.length > 0 ? new LedgerError('PAYMENT_DATA_REFUSED', message, { violations }) : null
}

/** API.md, Sites: anybody could type another person's address into a page. */
const browserRefusal = (act: SiteAct, { identifiers }: Identified): LedgerError | null => {
  if (act.caller.trust !== 'publishable') return null
  if (isImport(act.posted)) return refuse('FORBIDDEN', '/method/kind', 'secret-key', 'Only a secret key imports')
  if (identifiers.every(({ kind }) => kind === 'device')) return null
  return refuse('IDENTIFIER_NEEDS_SECRET_KEY', '/subject/identifiers', 'device-only', 'With a publishable key a yes may name devices only')
}

/** Completes a judgement with what the door knows. `refused` is the first thing wrong; no yes and no view stands beside it. */
export const admit = (act: SiteAct, judged: JudgedAct, identified: Identified): Omit<Proposal, 'catalogue'> => {
  const circumstances = circumstancesOf(act)
  const dropped = paymentPointers(circumstances)
  const kept = without(circumstances, dropped)
  const asks = judged.view !== null || judged.answers.some(isYes)
  const refused = judged.refused ?? (asks ? (identified.refused ?? browserRefusal(act, identified) ?? paymentRefusal(dropped)) : null)
  const noImport = act.caller.trust === 'publishable' && isImport(act.posted)
  const flags: Flag[] = [
    ...(dropped.length > 0 ? (['evidence-dropped'] as const) : []),
    ...(noImport ? (['method-dropped'] as const) : []),
    ...(identified.refused ? (['identifier-dropped'] as const) : []),
  ]
  return {
    answers: refused ? judged.answers.filter((answer) => !isYes(answer)) : judged.answers,
    view: refused ? null : judged.view,
    refused,
    occurred: judged.occurred,
    identifiers: identified.identifiers,
    flags,
    dropped: [
      ...dropped,
      ...(noImport ? ['/method'] : []),
      ...(identified.refused?.violations ?? []).map(({ pointer }) => pointer.replace(/\/(value|scheme)$/, '')),
    ],
    ...(noImport ? { evidence: kept.evidence } : kept),
  }
}
