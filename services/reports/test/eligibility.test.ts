// Whom may we contact, over HTTP: each reason as a marketing system is told it, at any time, as of when, and noted.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Channel, SubjectFact } from '@consent-ledger/domain'
import type { z } from 'zod'
import { EligibilityAnswer } from '../src/schemas/eligibility.ts'
import { decree, erased, no, objection, openMarket, request, restricted, sale, say, someone, yes } from './market.ts'
import { project } from './projecting.ts'
import { codeOf, named } from './reading.ts'
import { cookie, email, type World } from './world.ts'

const day = 86_400_000
type Asked = { as?: string; purpose?: string; channel?: Channel; at?: string; knownAt?: string; controller?: string }
type Whom = { subjectId: string } | { identifiers: { scheme: string; value: string }[] }

const post = (world: World, whom: Whom, { as = 'marketing', ...asked }: Asked = {}) =>
  world.ask('POST', '/v1/eligibility', as, { ...whom, purpose: 'news', channel: 'email', ...asked })
const told = async (world: World, whom: Whom, asked: Asked = {}): Promise<z.output<typeof EligibilityAnswer>> => {
  const reply = await post(world, whom, asked)
  assert.equal(reply.status, 200, reply.text)
  return EligibilityAnswer.parse(reply.json)
}
const by = (...values: string[]): Whom => ({
  identifiers: values.map((value) => ({ scheme: value.includes('@') ? 'email' : 'cookie', value })),
})

type Case = { reason: string; facts: (world: World) => SubjectFact[]; on?: Asked; later?: number; byEvent?: true }
const cases: Case[] = [
  { reason: 'CONSENT_GIVEN', facts: (world) => [yes(world)], byEvent: true },
  { reason: 'SOFT_OPT_IN', facts: (world) => [sale(world)], on: { purpose: 'stays' }, byEvent: true },
  { reason: 'LEGITIMATE_INTEREST', facts: (world) => [sale(world)], on: { purpose: 'leaflets', channel: 'post' }, byEvent: true },
  { reason: 'NO_CONSENT', facts: (world) => [sale(world)] },
  { reason: 'CONSENT_REFUSED', facts: (world) => [no(world, { type: 'ConsentRefused' })], byEvent: true },
  { reason: 'CONSENT_WITHDRAWN', facts: (world) => [yes(world), no(world)], byEvent: true },
  { reason: 'CONSENT_EXPIRED', facts: (world) => [yes(world, { until: world.tick.now + day })], later: 2 * day, byEvent: true },
  { reason: 'NOT_CONFIRMED', facts: (world) => [request(world)], byEvent: true },
  { reason: 'CHANNEL_NOT_COVERED', facts: (world) => [yes(world, { purpose: 'texts' })], on: { purpose: 'texts', channel: 'sms' }, byEvent: true }, // prettier-ignore
  { reason: 'OBJECTED', facts: (world) => [yes(world), objection(world)], byEvent: true },
  { reason: 'RESTRICTED', facts: (world) => [yes(world), restricted(world)], byEvent: true },
  { reason: 'ERASED', facts: (world) => [yes(world), erased(world)], byEvent: true },
  { reason: 'PURPOSE_RETIRED', facts: (world) => [yes(world, { purpose: 'fairs' })], on: { purpose: 'fairs' } },
  { reason: 'NOT_MARKETING', facts: (world) => [yes(world, { purpose: 'audience', channels: ['web'] })], on: { purpose: 'audience', channel: 'web' } }, // prettier-ignore
  { reason: 'BASIS_NEVER_MARKETING', facts: (world) => [sale(world)], on: { purpose: 'bookings' } },
  { reason: 'BASIS_NOT_FOR_CHANNEL', facts: (world) => [sale(world)], on: { purpose: 'cold-mail' } },
  { reason: 'NO_SALE', facts: (world) => [yes(world)], on: { purpose: 'stays' } },
  { reason: 'PROSPECT_LAPSED', facts: (world) => [sale(world)], on: { purpose: 'leaflets', channel: 'post' }, later: 4 * 365 * day, byEvent: true }, // prettier-ignore
]

describe('each reason, from what the read model keeps and from the stream alone', () => {
  for (const { reason, facts, on = {}, later = 0, byEvent } of cases)
    test(reason, async () => {
      const world = await openMarket()
      const address = 'anna.martin@example.org'
      const subjectId = await someone(world, [email(address)])
      const last = await say(world, subjectId, ...facts(world))
      await world.readModel.noteAsOf(world.tick.now + later)
      world.tick.now += later
      const ofStream = await told(world, { subjectId }, on)
      await project(world)
      const ofRow = await told(world, { subjectId }, on)
      const allowed = ['CONSENT_GIVEN', 'SOFT_OPT_IN', 'LEGITIMATE_INTEREST'].includes(reason)
      for (const answer of [ofStream, ofRow]) {
        assert.equal(answer.reason, reason)
        assert.equal(answer.allowed, allowed)
        assert.equal(answer.subjectId, subjectId)
        assert.equal(answer.eventId, byEvent ? last.id : null)
        if (!allowed) assert.equal(answer.until, null)
      }
      const byAddress = await told(world, by(address), on)
      assert.equal(byAddress.reason, reason === 'ERASED' ? 'UNKNOWN_SUBJECT' : reason)
      assert.equal(byAddress.subjectId, reason === 'ERASED' ? null : subjectId)
      await world.close()
    })
})

describe('a look-up', () => {
  let world: World
  let anna: string
  before(async () => {
    world = await openMarket()
    anna = await someone(world, [email('anna.martin@example.org')])
    await say(world, anna, yes(world, { until: world.tick.now + 300 * day }))
    await project(world)
  })
  after(() => world.close())

  test('says until when, on which basis, as of when and how long ago that was', async () => {
    const asOf = world.tick.now
    const answer = await told(world, by('Anna.Martin@example.org'))
    assert.deepEqual([answer.basis, answer.asOf, answer.lagMs], ['consent', new Date(asOf).toISOString(), 1000])
    assert.ok(answer.until !== null && Date.parse(answer.until) > asOf)
  })

  test('is told nothing of whom nobody knows, and the same of a subject of nobody and of another controller', async () => {
    const other = await someone(world, [email('theirs@example.org')], 'other')
    await say(world, other, yes(world, { controller: 'other' }))
    await project(world)
    const { asOf: _, lagMs: __, ...unknown } = await told(world, by('nobody@example.org'))
    assert.deepEqual(unknown, { subjectId: null, allowed: false, reason: 'UNKNOWN_SUBJECT', until: null, basis: 'consent', eventId: null })
    for (const subjectId of [other, '0'.repeat(32), 'Robert"); DROP TABLE', '']) {
      const { asOf: ____, lagMs: _____, ...same } = await told(world, { subjectId })
      assert.deepEqual(same, unknown, subjectId)
    }
    assert.equal((await told(world, { subjectId: other }, { as: 'all' })).reason, 'CONSENT_GIVEN')
    assert.equal((await told(world, { subjectId: other }, { as: 'all', controller: 'campo' })).reason, 'UNKNOWN_SUBJECT')
    assert.deepEqual(await world.vault.accesses('0'.repeat(32)), [])
  })

  test('is noted for each person it reaches, before it is answered', async () => {
    const noted = async () => (await world.vault.accesses(anna)).filter(({ purpose }) => purpose === 'eligibility').length
    const before = await noted()
    await told(world, { subjectId: anna })
    await told(world, by('anna.martin@example.org', 'a-cookie'), { as: 'auditor' })
    assert.equal(await noted(), before + 2)
    const [newest] = await world.vault.accesses(anna)
    assert.equal(newest?.role, 'auditor')
  })

  test('needs a controller where several have a purpose of that name', async () => {
    const reply = await post(world, by('anna.martin@example.org'), { as: 'all' })
    assert.deepEqual([...codeOf(reply), ...named(reply)], [400, 'CONTROLLER_NEEDED', '/controller', 'ambiguous'])
    assert.equal((await told(world, by('anna.martin@example.org'), { as: 'all', controller: 'campo' })).allowed, true)
    assert.equal((await told(world, by('anna.martin@example.org'), { as: 'all', purpose: 'stays' })).reason, 'NO_SALE')
    const theirs = await post(world, by('anna.martin@example.org'), { controller: 'other' })
    assert.deepEqual([...codeOf(theirs), ...named(theirs)], [404, 'NOT_FOUND', '/controller', 'known'])
  })

  test('knows a purpose that was published a moment ago, and refuses one that never was', async () => {
    const reply = await post(world, { subjectId: anna }, { purpose: 'nothing' })
    assert.deepEqual([...codeOf(reply), ...named(reply)], [422, 'UNKNOWN_PURPOSE', '/purpose', 'published'])
    assert.equal((await post(world, { subjectId: '0'.repeat(32) }, { purpose: 'nothing' })).status, 422)
    const published = (await world.store.readStream('controller-campo', { after: -1n, limit: 10 })).find(
      ({ type }) => type === 'PurposePublished',
    )
    assert.ok(published)
    await decree(world, { type: 'PurposePublished', data: { ...published.data, id: 'brand-new' } } as Parameters<typeof decree>[1])
    assert.equal((await told(world, { subjectId: anna }, { purpose: 'brand-new' })).reason, 'NO_CONSENT')
  })

  test('is for marketing, legal, dpo and auditor', async () => {
    for (const as of ['marketing', 'legal', 'dpo', 'auditor']) assert.equal((await post(world, { subjectId: anna }, { as })).status, 200)
    assert.equal((await post(world, { subjectId: anna }, { as: 'campoadmin' })).status, 403)
    assert.equal((await post(world, { subjectId: anna }, { as: 'stranger' })).status, 401)
  })

  test('refuses what it cannot read, and repeats none of it', async () => {
    const bodies = [
      {},
      { subjectId: anna, identifiers: [] },
      { subjectId: anna, purpose: 'news' },
      { subjectId: anna, purpose: 'News!', channel: 'email' },
      { subjectId: anna, purpose: 'news', channel: 'pigeon' },
      { subjectId: anna, purpose: 'news', channel: 'email', at: 'yesterday' },
      { subjectId: anna, purpose: 'news', channel: 'email', knownAt: '0001-01-01T00:00:00Z' },
      { subjectId: anna, purpose: 'news', channel: 'email', canary: 'canary' },
      { identifiers: [{ scheme: 'email', value: '' }], purpose: 'news', channel: 'email' },
      { identifiers: Array.from({ length: 11 }, () => ({ scheme: 'email', value: 'x@example.org' })), purpose: 'news', channel: 'email' },
    ]
    for (const body of bodies) {
      const reply = await world.ask('POST', '/v1/eligibility', 'marketing', body)
      assert.equal(reply.status, 400, JSON.stringify(body))
      assert.doesNotMatch(reply.text, /yesterday|pigeon|x@example/)
    }
    const unreadable = await post(world, { identifiers: [{ scheme: 'email', value: 'not-an-address' }] })
    assert.equal(unreadable.status, 422)
    assert.doesNotMatch(unreadable.text, /not-an-address/)
  })
})

describe('several subjects behind one question', () => {
  test('a no of any is the answer, and of yeses the one that ends first', async () => {
    const world = await openMarket()
    const device = await someone(world, [cookie('c-9')])
    await say(world, device, yes(world, { until: world.tick.now + 10 * day }))
    const marc = await someone(world, [email('marc@example.org')])
    await say(world, marc, yes(world, { until: world.tick.now + 20 * day }))
    await project(world)
    assert.equal((await told(world, by('marc@example.org', 'c-9'))).subjectId, device)
    const refusal = await say(world, marc, no(world))
    await project(world)
    const answer = await told(world, by('c-9', 'marc@example.org'))
    assert.deepEqual([answer.subjectId, answer.allowed, answer.eventId], [marc, false, refusal.id])
    assert.equal((await told(world, by('c-9'))).allowed, true)
    await world.close()
  })
})
