// Applying a catalogue file: what differs becomes events, as new versions; what was published stays as it was.
import { createHash } from 'node:crypto'
import { LedgerError, refuse, type RefusalCode, type Violation } from '../errors.ts'
import { canonicalJson, type Json } from '../json.ts'
import type { RegulatorProfile } from '../profile/profile.ts'
import { dayIn } from '../time.ts'
import type { Catalogue } from './catalogue.ts'
import type { ControllerFact } from './events.ts'
import { builtInSchemes } from '../words.ts'
import type { CatalogueFile, ControllerEntry, NoticeEntry, PurposeEntry } from './file.ts'
import { basisAllowed, basisOf } from './reading.ts'

type Refusal = Violation & { code: RefusalCode }
type Found = { facts: ControllerFact[]; refusals: Refusal[] }

const same = (a: Json | undefined, b: Json | undefined): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null)
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const refusal = (code: RefusalCode, pointer: string, rule: string, message: string): Refusal => ({ code, pointer, rule, message })

/** Whether `next` has all that `known` has, word for word, and perhaps more languages. */
const keepsTexts = (known: Record<string, Json | undefined>, next: Record<string, Json | undefined>): boolean =>
  Object.entries(known).every(([language, text]) => same(text, next[language]))

/** People are found by fingerprints of what these entries say: another reading would find nobody, and lose their noes. */
const readingRules = (known: ControllerEntry | null, next: ControllerEntry): Refusal[] => [
  ...(known && known.emailLocalPart !== next.emailLocalPart
    ? [
        refusal(
          'CATALOGUE_INVALID',
          '/controller/emailLocalPart',
          'fixed',
          'How the local part of an address is read is fixed with the first registration',
        ),
      ]
    : []),
  ...(known && known.country !== next.country
    ? [
        refusal(
          'CATALOGUE_INVALID',
          '/controller/country',
          'fixed',
          'The country of telephone numbers without + is fixed with the first registration',
        ),
      ]
    : []),
  ...next.identifiers.flatMap(({ scheme, kind }, place) => {
    const before = builtInSchemes[scheme] ?? known?.identifiers.find((one) => one.scheme === scheme)?.kind ?? kind
    return before === kind
      ? []
      : [refusal('CATALOGUE_INVALID', `/controller/identifiers/${place}/kind`, 'fixed', 'The kind of a scheme never changes')]
  }),
  ...(known?.identifiers ?? [])
    .filter(({ scheme }) => !next.identifiers.some((one) => one.scheme === scheme))
    .map(() => refusal('CATALOGUE_INVALID', '/controller/identifiers', 'kept', 'A scheme that was declared stays declared')),
]

const controllerChanges = (catalogue: Catalogue, file: CatalogueFile): Found => ({
  facts: same(catalogue.controller, file.controller) ? [] : [{ type: 'ControllerRegistered', data: file.controller }],
  refusals: readingRules(catalogue.controller, file.controller),
})

const profileChanges = (catalogue: Catalogue, file: CatalogueFile, shipped: Readonly<Record<string, RegulatorProfile>>): Found => {
  const profile = shipped[file.controller.regulator]
  if (!profile) {
    return {
      facts: [],
      refusals: [refusal('UNKNOWN_REGULATOR', '/controller/regulator', 'shipped', `Profiles known: ${Object.keys(shipped).join(', ')}`)],
    }
  }
  const hash = sha256(canonicalJson(profile))
  return {
    facts: catalogue.profile?.sha256 === hash ? [] : [{ type: 'RegulatorProfileApplied', data: { profile, sha256: hash } }],
    refusals: [],
  }
}

const siteChanges = (catalogue: Catalogue, file: CatalogueFile): Found => ({
  facts: file.sites.filter((site) => !same(catalogue.sites.get(site.id), site)).map((data) => ({ type: 'SiteRegistered', data })),
  refusals: [],
})

const purposeChanges = (catalogue: Catalogue, entry: PurposeEntry, at: string): Found => {
  const { retired, ...data } = entry
  const known = catalogue.purposes.get(entry.id)
  if (known && basisOf(known) !== entry.legalBasis) {
    const message = 'The legal basis of a purpose never changes: publish another purpose that names this one in `replaces`'
    return { facts: [], refusals: [refusal('PURPOSE_BASIS_FIXED', `${at}/legalBasis`, 'fixed', message)] }
  }
  const facts: ControllerFact[] = []
  const version = known?.versions.find((one) => one.version === entry.version)
  if (version) {
    const { recordedAt: _, eventId: __, text: knownText, ...published } = version
    const { text, ...rest } = data
    if (!same(published, rest) || !keepsTexts(knownText, text)) {
      return {
        facts: [],
        refusals: [refusal('PURPOSE_VERSION_FIXED', at, 'fixed', 'This version was published with other words: raise the version')],
      }
    }
    if (Object.keys(text).length > Object.keys(knownText).length) facts.push({ type: 'PurposePublished', data })
  } else {
    const newest = Math.max(0, ...(known?.versions ?? []).map((one) => one.version))
    if (entry.version < newest)
      return { facts: [], refusals: [refusal('CATALOGUE_INVALID', `${at}/version`, 'ascending', 'A later version is published already')] }
    facts.push({ type: 'PurposePublished', data })
  }
  if (retired !== undefined && known?.retired?.from !== retired)
    facts.push({ type: 'PurposeRetired', data: { purpose: entry.id, from: retired } })
  return { facts, refusals: [] }
}

const purposeRules = (
  file: CatalogueFile,
  entry: PurposeEntry,
  at: string,
  purposes: ReadonlySet<string>,
  profile: RegulatorProfile | undefined,
  day: string,
): Refusal[] => [
  ...(entry.marketing && profile
    ? entry.channels
        .filter((channel) => !basisAllowed(profile, entry.legalBasis, channel, entry.audience, day))
        .map((channel) =>
          refusal(
            'BASIS_NOT_FOR_CHANNEL',
            `${at}/channels`,
            'profile',
            `${entry.legalBasis} does not carry ${channel} to a ${entry.audience} under ${profile.id} on ${day}`,
          ),
        )
    : []),
  ...(entry.replaces !== undefined && !purposes.has(entry.replaces)
    ? [refusal('CATALOGUE_INVALID', `${at}/replaces`, 'known', 'No such purpose')]
    : []),
  ...(entry.softOptIn && !file.controller.entities.some((entity) => entity.id === entry.softOptIn?.seller)
    ? [refusal('CATALOGUE_INVALID', `${at}/softOptIn/seller`, 'known', 'No such entity of the controller')]
    : []),
]

const noticeChanges = (catalogue: Catalogue, entry: NoticeEntry, at: string): Found => {
  const { text, withdrawal, presentations, ...shared } = entry
  const known = catalogue.notices.get(entry.id)?.versions.find((one) => one.version === entry.version)
  const facts: ControllerFact[] = []
  const refusals: Refusal[] = []
  const fixed = (pointer: string): unknown =>
    refusals.push(refusal('NOTICE_VERSION_FIXED', pointer, 'fixed', 'What was published is never changed: raise the version'))
  for (const [language, words] of Object.entries(text)) {
    const said = withdrawal[language]
    const data = { ...shared, language, text: words, sha256: sha256(words), ...(said === undefined ? {} : { withdrawal: said }) }
    const published = known?.texts.get(language)
    if (!published) {
      const sibling = known?.texts.values().next().value
      if (sibling && !same(sharedOf(sibling), shared)) fixed(at)
      facts.push({ type: 'NoticePublished', data })
      continue
    }
    const { recordedAt: _, eventId: __, ...before } = published
    if (!same(before, data)) fixed(before.sha256 === data.sha256 ? at : `${at}/text/${language}`)
  }
  for (const [place, presentation] of presentations.entries()) {
    const before = known?.presentations.find((one) => one.id === presentation.id)
    if (!before) facts.push({ type: 'PresentationPublished', data: { notice: entry.id, version: entry.version, presentation } })
    else if (!same(before, presentation)) fixed(`${at}/presentations/${place}`)
  }
  return { facts, refusals }
}

const sharedOf = (text: Extract<ControllerFact, { type: 'NoticePublished' }>['data']): Json => ({
  id: text.id,
  version: text.version,
  change: text.change,
  validFrom: text.validFrom,
  purposes: text.purposes,
  contentType: text.contentType,
})

const noticeRules = (entry: NoticeEntry, at: string, purposes: ReadonlySet<string>): Refusal[] =>
  entry.purposes
    .map((purpose, place) => ({ purpose, place }))
    .filter(({ purpose }) => !purposes.has(purpose))
    .map(({ place }) => refusal('CATALOGUE_INVALID', `${at}/purposes/${place}`, 'known', 'No such purpose'))

/**
 * What has to be recorded so that the catalogue says what `file` says: [] if it does already. What the file leaves out stays as it is.
 * `at` (epoch ms) is the day by which the regulator profile is read. Nothing is decided in part: any broken rule throws, all of them named.
 * Errors: NOTICE_VERSION_FIXED, PURPOSE_VERSION_FIXED, PURPOSE_BASIS_FIXED, BASIS_NOT_FOR_CHANNEL, UNKNOWN_REGULATOR, CATALOGUE_INVALID.
 */
export const decideCatalogue = (
  catalogue: Catalogue,
  file: CatalogueFile,
  shipped: Readonly<Record<string, RegulatorProfile>>,
  at: number,
): ControllerFact[] => {
  const purposes = new Set([...catalogue.purposes.keys(), ...file.purposes.map((purpose) => purpose.id)])
  const day = dayIn(at, file.controller.timeZone)
  const profile = shipped[file.controller.regulator]
  const found: Found[] = [
    controllerChanges(catalogue, file),
    profileChanges(catalogue, file, shipped),
    siteChanges(catalogue, file),
    ...file.purposes.map((entry, place) => purposeChanges(catalogue, entry, `/purposes/${place}`)),
    ...file.notices.map((entry, place) => noticeChanges(catalogue, entry, `/notices/${place}`)),
    {
      facts: file.statements
        .filter((one) => !catalogue.statements.some((known) => same(known, one)))
        .map((data) => ({ type: 'StatementPublished', data })),
      refusals: [
        ...twice(
          file.purposes.map((one) => `${one.id} ${one.version}`),
          '/purposes',
        ),
        ...twice(
          file.notices.map((one) => `${one.id} ${one.version}`),
          '/notices',
        ),
        ...twice(
          file.sites.map((one) => one.id),
          '/sites',
        ),
        ...file.purposes.flatMap((entry, place) => purposeRules(file, entry, `/purposes/${place}`, purposes, profile, day)),
        ...file.notices.flatMap((entry, place) => noticeRules(entry, `/notices/${place}`, purposes)),
      ],
    },
  ]
  const [first, ...others] = found.flatMap((one) => one.refusals)
  if (first)
    throw new LedgerError(first.code, first.message, { violations: [first, ...others].map(({ code: _, ...violation }) => violation) })
  return found.flatMap((one) => one.facts)
}

const twice = (ids: string[], at: string): Refusal[] =>
  ids.flatMap((id, place) =>
    ids.indexOf(id) < place ? [refusal('CATALOGUE_INVALID', `${at}/${place}`, 'once', 'Stands twice in the file')] : [],
  )

/** Keys for a site. `sha256` is of the key's characters. Errors: NOT_FOUND if the catalogue has no such site. */
export const decideSiteKeys = (
  catalogue: Catalogue,
  site: string,
  keys: { keyId: string; kind: 'secret' | 'publishable'; sha256: string }[],
): ControllerFact[] => {
  if (!catalogue.sites.has(site)) throw refuse('NOT_FOUND', '', 'known', 'No such site')
  return keys.map((key) => ({ type: 'SiteKeyIssued', data: { site, ...key } }))
}

/** Revokes one key of a site; [] if it is revoked already. Errors: NOT_FOUND. */
export const decideRevokeSiteKey = (catalogue: Catalogue, site: string, keyId: string): ControllerFact[] => {
  const key = [...catalogue.siteKeys.values()].find((known) => known.keyId === keyId && known.site === site)
  if (!key) throw refuse('NOT_FOUND', '', 'known', 'No such key')
  return key.revokedAt === undefined ? [{ type: 'SiteKeyRevoked', data: { site, keyId } }] : []
}
