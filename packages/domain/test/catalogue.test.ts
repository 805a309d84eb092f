// What a catalogue may change, and what it may never change: texts, bases, schemes, and the noes that were said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogueFile, LedgerError, catalogueKnownAt, catalogueWarnings, purposeVersionAt, shippedProfiles } from '../src/index.ts'
import { catalogueOf, day, file, noon, notice, published, Scene } from './scene.ts'

test('another basis is another id, and who refused or withdrew the old one starts objected in the new', () => {
  const scene = new Scene()
  scene.withdraws(['ads'])
  const next = { ...file().purposes[5], id: 'audience', channels: ['web'], replaces: 'ads' }
  scene.catalogue = published(scene.catalogue, CatalogueFile.parse({ ...file(), purposes: [next] }), scene.now)
  const [inherited] = scene.view().objections
  assert.equal(inherited?.purpose, 'audience')
  assert.equal(inherited?.inheritedFrom, 'ads')
  assert.throws(
    () => published(scene.catalogue, CatalogueFile.parse({ ...file(), purposes: [{ ...next, legalBasis: 'consent', version: 2 }] }), noon),
    { code: 'PURPOSE_BASIS_FIXED' },
  )
})

test('a no carried over is not dropped by a later version, and goes on along a chain of purposes', () => {
  const base = file().purposes[5]
  assert.ok(base)
  const chain = (over: object[]) =>
    CatalogueFile.parse({ ...file(), purposes: over.map((one) => ({ ...base, channels: ['web'], ...one })) })
  const scene = new Scene(
    published(
      catalogueOf(),
      chain([
        { id: 'audience', replaces: 'ads' },
        { id: 'audience-again', replaces: 'audience' },
      ]),
      noon - day,
    ),
  )
  scene.withdraws(['ads'])
  published(scene.catalogue, chain([{ id: 'audience', version: 2 }]), scene.now)
  assert.deepEqual(
    scene.view().objections.map((one) => [one.purpose, one.inheritedFrom]),
    [
      ['audience', 'ads'],
      ['audience-again', 'audience'],
    ],
  )
})

test('an import to the old purpose does not end the no that the new one inherited', () => {
  const base = file().purposes[5]
  assert.ok(base)
  const next = CatalogueFile.parse({ ...file(), purposes: [{ ...base, id: 'audience', channels: ['web'], replaces: 'ads' }] })
  const scene = new Scene(published(catalogueOf(), next, noon - day))
  scene.refuses('ads')
  const source = { system: 'crm', exportedAt: '2026-01-01T00:00:00.000Z', fileSha256: 'a'.repeat(64), line: 1 }
  scene.gives('ads', { trust: 'imported', notice: null, method: { kind: 'import', source } })
  assert.deepEqual(
    scene.view().objections.map((one) => one.purpose),
    ['audience'],
  )
})

test('a catalogue cut to the past knows nothing that was recorded later', () => {
  const catalogue = published(catalogueOf(file(), noon), file({ notices: [notice(1), notice(2)] }), noon + day)
  assert.equal(catalogueKnownAt(catalogue, noon).notices.get('form')?.versions.length, 1)
  assert.equal(catalogueKnownAt(catalogue, noon - 1).controller, null)
})

test('what was published is fixed: other words under the same version are refused, another language is added', () => {
  const catalogue = catalogueOf()
  const refusedWith = (next: CatalogueFile, code: string): unknown =>
    assert.throws(
      () => published(catalogue, next, noon),
      (error) => error instanceof LedgerError && error.code === code,
    )
  refusedWith(file({ notices: [notice(1, { text: { fr: 'Autre' } })] }), 'NOTICE_VERSION_FIXED')
  refusedWith(CatalogueFile.parse({ ...file(), purposes: [{ ...file().purposes[0], retention: 'P9Y' }] }), 'PURPOSE_VERSION_FIXED')
  const before = catalogue.lastRevision
  published(catalogue, file(), noon)
  assert.equal(catalogue.lastRevision, before)
  published(catalogue, file({ notices: [notice(1, { text: { fr: 'Texte 1', en: 'Text 1', de: 'Text 1' } })] }), noon)
  assert.equal(catalogue.notices.get('form')?.versions[0]?.texts.size, 3)
})

test('another language for a published version changes neither which version is in force nor since when', () => {
  const first = file().purposes[0]
  assert.ok(first)
  const second = { ...first, version: 2 }
  const withEnglish = (entry: typeof first) => ({ ...entry, text: { ...entry.text, en: { title: 'News', description: 'News' } } })
  const catalogue = published(catalogueOf(file(), noon - 10 * day), { ...file(), purposes: [second] }, noon - 5 * day)
  published(catalogue, { ...file(), purposes: [withEnglish(first)] }, noon)
  published(catalogue, { ...file(), purposes: [withEnglish(second)] }, noon)
  const news = catalogue.purposes.get('news')
  assert.ok(news)
  assert.equal(purposeVersionAt(news, noon)?.version, 2)
  assert.equal(purposeVersionAt(news, noon - day)?.version, 2)
  assert.equal(purposeVersionAt(news, noon - 6 * day)?.version, 1)
  assert.ok(purposeVersionAt(news, noon)?.text['en'])
})

test('the country of telephone numbers never changes: a no by telephone would not be found any more', () => {
  assert.throws(() => published(catalogueOf(), { ...file(), controller: { ...file().controller, country: 'BE' } }, noon), {
    code: 'CATALOGUE_INVALID',
  })
})

test('the kind of an identifier never changes: people would not be found any more', () => {
  const declaring = (identifiers: { scheme: string; kind: 'account' | 'device' }[]) => ({
    ...file(),
    controller: { ...file().controller, identifiers },
  })
  const catalogue = catalogueOf(declaring([{ scheme: 'member', kind: 'account' }]))
  for (const identifiers of [
    [{ scheme: 'member', kind: 'device' as const }],
    [],
    [
      { scheme: 'member', kind: 'account' as const },
      { scheme: 'email', kind: 'device' as const },
    ],
  ]) {
    assert.throws(() => published(catalogue, declaring(identifiers), noon), { code: 'CATALOGUE_INVALID' })
  }
})

test('a basis that the regulator does not let carry a channel is refused by name', () => {
  const post = CatalogueFile.parse({ ...file(), purposes: [{ ...file().purposes[5], id: 'mails', channels: ['email'] }] })
  assert.throws(() => catalogueOf(post), { code: 'BASIS_NOT_FOR_CHANNEL' })
  assert.throws(() => catalogueOf(CatalogueFile.parse({ ...file(), controller: { ...file().controller, regulator: 'XX' } })), {
    code: 'UNKNOWN_REGULATOR',
  })
})

test('that somebody is a professional is the word of the purpose: said where it is published, on channels that no consumer may be reached by', () => {
  const trade = { ...file().purposes[5], audience: 'professional' }
  const french = { ...file().controller, regulator: 'FR-CNIL' }
  const warned = (purposes: object[]) =>
    catalogueWarnings(CatalogueFile.parse({ ...file(), controller: french, purposes }), shippedProfiles, noon)
  const [warning, ...others] = warned([file().purposes[0] ?? {}, { ...trade, channels: ['post', 'email'] }])
  assert.deepEqual([warning?.pointer, warning?.rule, others], ['/purposes/1/audience', 'professionals-only', []])
  assert.match(warning?.message ?? '', /by email under FR-CNIL$/)
  assert.deepEqual(warned([trade, { ...trade, id: 'other', channels: ['email'], marketing: false }]), [])
})
