// The words of a site's own in an act: free text, which is sealed, and ids that no catalogue knows, which are not. What of them may be kept.
import { holdsPaymentData } from '@consent-ledger/edge'
import type { Circumstances } from './proposal.ts'
import { isImport, type SiteAct } from './siteAct.ts'

/** What was posted of it; nothing is taken out yet. */
export const circumstancesOf = ({ posted }: SiteAct): Circumstances => {
  if (posted.act === 'notice-view') return {}
  if (posted.act === 'contact') return { reference: posted.post.sale?.reference }
  return { method: posted.post.method, evidence: posted.post.evidence }
}

type Text = [pointer: string, text: string]

/** Free text of an act, by RFC 6901 pointer. Identifiers are not looked at: a tenth of all telephone numbers would pass for cards. */
const freeText = ({ method, evidence, reference }: Circumstances): Text[] => {
  const { signals = {}, ...fields } = evidence ?? {}
  return [
    ...(reference === undefined ? [] : ([['/sale/reference', reference]] as Text[])),
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

/** Whose sale it was and of what: a server's words, since a page records none. */
const saleIds = ({ posted }: SiteAct): Text[] => {
  const sale = posted.act === 'contact' ? posted.post.sale : undefined
  return sale
    ? [
        ['/sale/seller', sale.seller],
        ['/sale/category', sale.category],
      ]
    : []
}

const pointersOf = (texts: readonly Text[], bad: (text: string) => boolean): string[] =>
  texts.filter(([, text]) => bad(text)).map(([pointer]) => pointer)

/** So many digits may be somebody's number, and anybody may write with a page's key. */
const couldBeANumber = (text: string): boolean => text.replace(/\D/g, '').length >= 6

/** What payment data costs: a yes its place, a no the field. */
export const paymentPointers = (act: SiteAct, circumstances: Circumstances): string[] =>
  pointersOf(
    [...freeText(circumstances), ...(act.caller.trust === 'publishable' ? [] : [...ownIds(circumstances), ...saleIds(act)])],
    holdsPaymentData,
  )

/** What a page may not leave in the clear; nothing else is lost by it. A page has no file to name as its source. */
export const unclearPointers = (act: SiteAct, circumstances: Circumstances): string[] => {
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

/** What is left when the fields that pointers name are taken out. */
export const without = ({ method, evidence, reference }: Circumstances, pointers: readonly string[]): Circumstances => ({
  ...(method && !pointers.includes('/method') ? { method: methodWithout(method, pointers) } : {}),
  ...(evidence ? { evidence: evidenceWithout(evidence, pointers) } : {}),
  ...(reference !== undefined && !pointers.includes('/sale/reference') ? { reference } : {}),
})
