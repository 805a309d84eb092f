// The example catalogue: it can be applied, it says what the policy says word for word, and it claims nothing that the profile forbids.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { basisAllowed, CatalogueFile, decideCatalogue, initialCatalogue, shippedProfiles } from '@consent-ledger/domain'

const folder = new URL('../examples/huttopia/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8')
const isFile = (value: unknown): value is { file: string } => typeof value === 'object' && value !== null && 'file' in value

/** What the command does before it sends the file: `{ file: path }` becomes the text, relative to the YAML. */
const inline = (value: unknown): unknown => {
  if (isFile(value)) return read(value.file)
  if (Array.isArray(value)) return value.map(inline)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inline(inner)]))
}

const day = '2026-11-23'
const policy = read('policy.txt')
const catalogue = CatalogueFile.parse(inline(parse(read('catalogue.yaml'))))
const purpose = (id: string) => catalogue.purposes.find((one) => one.id === id)
const notice = (id: string) => catalogue.notices.find((one) => one.id === id)
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('the file', () => {
  it('is applied to an empty ledger as one set of facts', () => {
    const facts = decideCatalogue(initialCatalogue('huttopia'), catalogue, shippedProfiles, Date.parse(`${day}T12:00:00Z`))
    const count = (type: string): number => facts.filter((fact) => fact.type === type).length
    assert.equal(count('PurposePublished'), catalogue.purposes.length)
    assert.equal(count('NoticePublished'), 5)
    assert.equal(count('StatementPublished'), catalogue.statements.length)
    assert.equal(count('RegulatorProfileApplied'), 1)
  })
  it('shows in its notices only purposes that exist', () => {
    for (const one of catalogue.notices) for (const id of one.purposes) assert.ok(purpose(id), `${one.id}: ${id}`)
  })
  it('has every text in French and English but the policy, which exists in English', () => {
    for (const one of catalogue.purposes) assert.deepEqual(Object.keys(one.text).sort(), ['en', 'fr'], one.id)
    for (const id of ['newsletter-form', 'cookie-banner']) assert.deepEqual(Object.keys(notice(id)?.text ?? {}).sort(), ['en', 'fr'])
    assert.deepEqual(Object.keys(notice('privacy-policy')?.text ?? {}), ['en'])
  })
  it('puts marketing only on channels that its basis may carry on that day', () => {
    const profile = shippedProfiles[catalogue.controller.regulator]
    assert.ok(profile)
    for (const one of catalogue.purposes.filter((each) => each.marketing)) {
      for (const channel of one.channels)
        assert.ok(basisAllowed(profile, one.legalBasis, channel, one.audience, day), `${one.id} ${channel}`)
    }
  })
})

describe('the policy', () => {
  it('stands in the file byte for byte', () => {
    assert.equal(notice('privacy-policy')?.text['en'], policy)
    assert.equal(sha256(policy), 'efdf91797fb324ebd75382ff538e9daaa2974db272b71f66961ce559d624f99c')
  })
  it('is quoted verbatim', () => {
    for (const statement of catalogue.statements) assert.ok(policy.includes(statement.quote), statement.quote)
  })
  it('is shown with its contradictions (a) to (g)', () => {
    const words = read('catalogue.yaml')
    for (const letter of 'abcdefg') {
      assert.ok(words.includes(`(${letter})`), `catalogue (${letter})`)
      assert.ok(read('README.md').includes(`(${letter})`), `README (${letter})`)
    }
  })
  it('gives its eight uses, and its own bases, no other words', () => {
    const uses = [
      'site-access',
      'site-operation',
      'verification',
      'user-assistance',
      'personalised-ads',
      'fraud-prevention',
      'disputes',
      'commercial-mail',
    ]
    for (const id of uses) assert.ok(purpose(id), id)
    const bases = {
      'commercial-post': 'legitimate-interest',
      'purchase-analysis': 'legitimate-interest',
      orders: 'contract',
      'essential-cookies': 'exempt',
    }
    for (const [id, basis] of Object.entries(bases)) assert.equal(purpose(id)?.legalBasis, basis)
    const silent = catalogue.purposes.filter((one) => one.legalBasis === 'legitimate-interest' && !(one.id in bases))
    for (const one of silent) assert.match(one.text['en']?.description ?? '', /names no legal basis/, one.id)
  })
})

describe("the contract's examples", () => {
  it('find their site, notice and purposes', () => {
    assert.equal(catalogue.controller.id, 'huttopia')
    assert.deepEqual(
      catalogue.sites.map((site) => site.id),
      ['huttopia-fr'],
    )
    assert.equal(notice('newsletter-form')?.version, 1)
    for (const id of ['commercial-mail', 'personalised-ads']) assert.ok(notice('newsletter-form')?.purposes.includes(id))
    assert.deepEqual(purpose('commercial-mail')?.channels, ['email', 'sms'])
    assert.equal(purpose('commercial-mail')?.legalBasis, 'consent')
  })
})

describe('the forms', () => {
  const forms = ['newsletter-form', 'cookie-banner'].flatMap((id) =>
    Object.entries(notice(id)?.text ?? {}).map(([language, text]) => ({ id, language, text })),
  )
  it('tick nothing in advance and say how to withdraw', () => {
    for (const { id, language, text } of forms) {
      assert.doesNotMatch(text, /\bchecked\b/, id)
      assert.match(
        text,
        language === 'fr'
          ? /retirer chaque accord à tout moment|changer d'avis à tout moment/
          : /withdraw each consent at any time|change your mind at any time/,
      )
    }
  })
  it('have a box for every purpose that they show', () => {
    for (const { id, text } of forms)
      for (const shown of notice(id)?.purposes ?? []) assert.ok(text.includes(`name="${shown}`), `${id} ${shown}`)
  })
  it('make refusing as easy as accepting: same layer, no more clicks', () => {
    for (const one of catalogue.notices.flatMap((each) => each.presentations)) {
      const controls = one.controls
      assert.ok(
        controls &&
          controls.default === 'off' &&
          controls.refuse.layer === controls.accept.layer &&
          controls.refuse.clicks <= controls.accept.clicks,
        one.id,
      )
    }
  })
  it('are the files whose hashes the presentations name', () => {
    const texts = new Set(forms.map((form) => sha256(form.text)))
    for (const one of catalogue.notices.flatMap((each) => each.presentations)) assert.ok(texts.has(one.codeSha256 ?? ''), one.id)
  })
})
