// What the tests of the SQL contract have in common: two people as they were judged, and what docs/warehouse.md says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eligible, initialCatalogue, initialSubject } from '@consent-ledger/domain'
import type { JudgedKey } from '@consent-ledger/domain'
import type { JudgedSubject } from '@consent-ledger/readmodel'

export const document = readFileSync(join(import.meta.dirname, '../../docs/warehouse.md'), 'utf8')
export const views = ['eligibility', 'consent_state']

export const [anna, bea] = ['a'.repeat(32), 'b'.repeat(32)]
export const eventId = '00000000-0000-5000-8000-00000000000a'
export const said = { at: Date.parse('2026-01-02T03:04:05.678Z') }
const cut = { at: said.at, knownAt: Number.POSITIVE_INFINITY }

const key = (over: Partial<JudgedKey>): JudgedKey => ({
  ...eligible(initialSubject(), initialCatalogue('campo'), { purpose: 'news', channel: 'email' }, cut),
  purpose: 'news', channel: 'email', allowed: true, reason: 'CONSENT_GIVEN', basis: 'consent', eventId, state: 'given', since: said.at, stateUntil: null, objection: null,
  notice: { id: 'form', version: 3, language: 'fr' }, site: 'campo-fr', answerEventId: eventId, answerRevision: 4n, effectiveAt: said.at, dueAt: null, marketing: true, ...over,
}) // prettier-ignore
export const judged = (subjectId: string, ...keys: Partial<JudgedKey>[]): JudgedSubject => ({
  controller: 'campo',
  subjectId,
  revision: 4n,
  keys: keys.map(key),
  announce: false,
  restrictions: null,
})

/** The tables of columns in the document: view, column, type. */
export const documented = (): string[][] =>
  views.flatMap((view) => {
    const [, section = ''] = document.split(`## \`export.${view}\``)
    return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \| ([a-z ]+?) \|/gm)].map(([, column = '', type = '']) => [
      view,
      column,
      type,
    ])
  })

/** The statement of the document that `holds` is in, with what dbt puts into it. */
export const statement = (holds: string, puts: Readonly<Record<string, string>>): string => {
  const found = [...document.matchAll(/```sql\n([^`]+)```/g)].map(([, sql = '']) => sql).find((sql) => sql.includes(holds))
  return Object.entries(puts).reduce((sql, [name, put]) => sql.replaceAll(name, put), found ?? '')
}
