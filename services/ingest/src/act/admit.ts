// What only the door can judge: whom a browser may name, who may import, and payment data in free text. A yes falls by it, a no loses only that field.
import { LedgerError, refuse, type Flag, type JudgedAnswer, type Violation } from '@consent-ledger/domain'
import { holdsPaymentData } from '@consent-ledger/edge'
import type { IdentifiersRead } from '@consent-ledger/vault'
import type { Circumstances, JudgedAct, Proposal } from './proposal.ts'
import { isImport, isYes, type SiteAct } from './siteAct.ts'

const circumstancesOf = ({ posted }: SiteAct): Circumstances =>
  posted.act === 'notice-view' ? {} : { method: posted.post.method, evidence: posted.post.evidence }

type Text = [pointer: string, text: string]

/** Free text of an act, by RFC 6901 pointer. Identifiers are not looked at: a tenth of all telephone numbers would pass for cards. */
const freeText = ({ method, evidence }: Circumstances): Text[] => {
  const { signals = {}, ...fields } = evidence ?? {}
  return [
    ...(method?.collector ? ([['/method/collector/name', method.collector.name]] as Text[]) : []),
    ...Object.entries(fields).flatMap(([name, text]): Text[] => (text === undefined ? [] : [[`/evidence/${name}`, text]])),
    ...Object.entries(signals).map(([name, signal]): Text => [`/evidence/signals/${name}`, String(signal)]),
  ]
}

/** Ids of a site's own: they stand in the clear for ever, and no catalogue says which of them there are. */
const ownIds = ({ method }: Circumstances): Text[] => {
  const { control, workflow, presentation, actor, source } = method ?? {}
  const ids = { control, workflow, presentation, 'actor/how': actor?.how, 'source/system': source?.system }
  return Object.entries(ids).flatMap(([name, id]): Text[] => (id === undefined ? [] : [[`/method/${name}`, id]]))
}

const pointersOf = (texts: readonly Text[], bad: (text: string) => boolean): string[] =>
  texts.filter(([, text]) => bad(text)).map(([pointer]) => pointer)

/** So many digits may be somebody's number, and anybody may write with a page's key. */
const couldBeANumber = (text: string): boolean => text.replace(/\D/g, '').length >= 6

/** What payment data costs: a yes its place, a no the field. */
const paymentPointers = (act: SiteAct, circumstances: Circumstances): string[] =>
  pointersOf([...freeText(circumstances), ...(act.caller.trust === 'publishable' ? [] : ownIds(circumstances))], holdsPaymentData)

/** What a page may not leave in the clear; nothing else is lost by it. A page has no file to name as its source. */
const unclearPointers = (act: SiteAct, circumstances: Circumstances): string[] => {
  if (act.caller.trust !== 'publishable') return []
  if (isImport(act.posted)) return ['/method']
  const ids = ownIds(circumstances).filter(([pointer]) => pointer !== '/method/source/system')
  return [
    ...pointersOf(ids, (id) => couldBeANumber(id) || holdsPaymentData(id)),
    ...(circumstances.method?.source ? ['/method/source'] : []),
  ]
}

/** `fields`, all that can be named being optional, without those that a pointer under `at` names. */
const keptOf = <T extends object>(fields: T, at: string, pointers: readonly string[]): T =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !pointers.includes(`${at}/${name}`))) as T

/** A collector without its name and a source without its system are none. */
const methodWithout = ({ actor, collector, source, ...plain }: NonNullable<Circumstances['method']>, pointers: readonly string[]) => ({
  ...keptOf(plain, '/method', pointers),
  ...(actor ? { actor: keptOf(actor, '/method/actor', pointers) } : {}),
  ...(collector && !pointers.includes('/method/collector/name') ? { collector } : {}),
  ...(source && !pointers.some((pointer) => pointer.startsWith('/method/source')) ? { source } : {}),
})

const evidenceWithout = ({ signals, ...fields }: NonNullable<Circumstances['evidence']>, pointers: readonly string[]) => ({
  ...keptOf(fields, '/evidence', pointers),
  ...(signals ? { signals: keptOf(signals, '/evidence/signals', pointers) } : {}),
})

const without = ({ method, evidence }: Circumstances, pointers: readonly string[]): Circumstances => ({
  ...(method && !pointers.includes('/method') ? { method: methodWithout(method, pointers) } : {}),
  ...(evidence ? { evidence: evidenceWithout(evidence, pointers) } : {}),
})

/** What the catalogue does not know of a page's notice is anybody's text: the flag alone is kept. */
const withKnownNotice = ({ notice, ...answer }: JudgedAnswer): JudgedAnswer => ({
  ...answer,
  ...(notice && 'sha256' in notice ? { notice } : {}),
})

const paymentRefusal = (pointers: readonly string[]): LedgerError | null => {
  const message = 'A card number or an IBAN is not kept here: send the act again without it'
  const violations: Violation[] = pointers.map((pointer) => ({ pointer, rule: 'payment-data', message }))
  return violations.length > 0 ? new LedgerError('PAYMENT_DATA_REFUSED', message, { violations }) : null
}

/** API.md, Sites: anybody could type another person's address into a page. */
const browserRefusal = (act: SiteAct, { identifiers }: IdentifiersRead): LedgerError | null => {
  if (act.caller.trust !== 'publishable') return null
  if (isImport(act.posted)) return refuse('FORBIDDEN', '/method/kind', 'secret-key', 'Only a secret key imports')
  if (identifiers.every(({ kind }) => kind === 'device')) return null
  return refuse('IDENTIFIER_NEEDS_SECRET_KEY', '/subject/identifiers', 'device-only', 'With a publishable key a yes may name devices only')
}

const flagsOf = (dropped: readonly string[], identified: IdentifiersRead): Flag[] => {
  const under = (at: string): boolean => dropped.some((pointer) => pointer === at || pointer.startsWith(`${at}/`))
  return [
    ...(under('/evidence') ? (['evidence-dropped'] as const) : []),
    ...(under('/method') ? (['method-dropped'] as const) : []),
    ...(identified.refused ? (['identifier-dropped'] as const) : []),
  ]
}

/** Completes a judgement with what the door knows. `refused` is the first thing wrong; no yes and no view stands beside it. */
export const admit = (act: SiteAct, judged: JudgedAct, identified: IdentifiersRead): Omit<Proposal, 'catalogue'> => {
  const circumstances = circumstancesOf(act)
  const payment = paymentPointers(act, circumstances)
  const dropped = [...new Set([...act.leftOut, ...payment, ...unclearPointers(act, circumstances)])]
  const asks = judged.view !== null || judged.answers.some(isYes)
  const refused =
    judged.refused ?? (asks ? (act.slowed ?? identified.refused ?? browserRefusal(act, identified) ?? paymentRefusal(payment)) : null)
  const answers = refused ? judged.answers.filter((answer) => !isYes(answer)) : judged.answers
  return {
    answers: act.caller.trust === 'publishable' ? answers.map(withKnownNotice) : answers,
    view: refused ? null : judged.view,
    refused,
    occurred: judged.occurred,
    identifiers: identified.identifiers,
    flags: flagsOf(dropped, identified),
    dropped: [...dropped, ...(identified.refused?.violations ?? []).map(({ pointer }) => pointer.replace(/\/(value|scheme)$/, ''))],
    ...without(circumstances, dropped),
  }
}
