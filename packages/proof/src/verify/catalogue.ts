// Whether the catalogue says one thing: a version of a notice or of a purpose is published once, and then only completed by further languages.
import { canonicalJson, type ControllerFact, type Json } from '@consent-ledger/domain'
import type { Findings } from './finding.ts'
import { asRecorded } from './leaf.ts'
import type { DossierLeaf } from './leaves.ts'

type Published = { name: string; shared: Json; texts: ReadonlyMap<string, string> }

/** What an event publishes under a name that nothing else may have; null for all others. `texts`: by language. */
const publishedIn = (fact: ControllerFact): Published | null => {
  if (fact.type === 'NoticePublished') {
    const { text, sha256, language, withdrawal, ...shared } = fact.data
    const words = canonicalJson({ text, sha256, withdrawal: withdrawal ?? null })
    return { name: `notice ${shared.id} ${shared.version}`, shared: shared as Json, texts: new Map([[language, words]]) }
  }
  if (fact.type === 'PurposePublished') {
    const { text, ...shared } = fact.data
    const texts = new Map(Object.entries(text).map(([language, words]) => [language, canonicalJson(words)]))
    return { name: `purpose ${shared.id} ${shared.version}`, shared: shared as Json, texts }
  }
  if (fact.type !== 'PresentationPublished') return null
  const { notice, version, presentation } = fact.data
  return { name: `presentation ${notice} ${version} ${presentation.id}`, shared: presentation as Json, texts: new Map() }
}

const keeps = (before: Published, now: Published): boolean =>
  canonicalJson(before.shared) === canonicalJson(now.shared) &&
  [...now.texts].every(([language, words]) => before.texts.get(language) === undefined || before.texts.get(language) === words)

/** Holds what was published again against what was published before. `catalogue`: its leaves, in order. Finds CATALOGUE_CONTRADICTED. */
export const checkCatalogue = (catalogue: readonly DossierLeaf[], findings: Findings): void => {
  const known = new Map<string, Published>()
  for (const { folder, event } of catalogue) {
    const now = publishedIn(asRecorded(event) as unknown as ControllerFact)
    if (now === null) continue
    const before = known.get(now.name)
    if (before && !keeps(before, now)) findings.add('CATALOGUE_CONTRADICTED', folder)
    known.set(now.name, before ? { ...before, texts: new Map([...now.texts, ...before.texts]) } : now)
  }
}
