// The lists in force: objections and restrictions across people, as of when, page by page, each person listed noted as looked at.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { iso, LedgerError } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import { Answers } from '../src/schemas/across.ts'
import { ObjectionsInForce, RestrictionsInForce } from '../src/schemas/rights.ts'
import { StaffRecorded } from '../src/schemas/staffReceipts.ts'
import { apply, project } from './projecting.ts'
import { publishPurpose } from './purposes.ts'
import { codeOf, named } from './reading.ts'
import { email, openWorld, type World } from './world.ts'

describe('what is in force across people', () => {
  let world: World
  let broken = false
  const people: string[] = []
  const vaultOver = (vault: Vault): Vault => ({
    ...vault,
    logAccess: (access) => (broken ? Promise.reject(new LedgerError('VAULT_UNAVAILABLE', 'gone')) : vault.logAccess(access)),
  })
  const write = async (subjectId: string | undefined, path: string, body: object) => {
    const reply = await world.ask('POST', `/v1/subjects/${subjectId}/${path}`, 'dpo', body)
    assert.equal(reply.status, 201, reply.text)
    return StaffRecorded.parse(reply.json).receipt
  }
  const objections = async (query = '', as = 'legal') =>
    ObjectionsInForce.parse((await world.ask('GET', `/v1/objections${query}`, as)).json)
  const restrictions = async (query = '', as = 'legal') =>
    RestrictionsInForce.parse((await world.ask('GET', `/v1/restrictions${query}`, as)).json)
  const answers = async () => Answers.parse((await world.ask('GET', '/v1/answers', 'legal')).json)
  before(async () => {
    world = await openWorld({ vaultOver })
    await publishPurpose(world, { id: 'prospects' })
    for (const name of ['anna', 'marc', 'lea'])
      people.push((await world.act({ identifiers: [email(`${name}@example.org`)], said: 'yes' })).target.subjectId)
  })
  after(() => world.close())

  test('is listed once the read model has it, and until then says so', async () => {
    assert.deepEqual((await objections()).asOf, null)
    for (const one of people) await write(one, 'objections', { purposes: 'marketing' })
    await project(world)
    const { objections: rows, asOf, lagMs, controller } = await objections()
    assert.equal(rows.length, 6)
    assert.deepEqual([typeof asOf, lagMs, controller], ['string', 1000, 'campo'])
    const row = rows.find(({ subjectId, purpose }) => subjectId === people[0] && purpose === 'prospects')
    const stream = await world.events(people[0] ?? '')
    assert.equal(stream.find(({ id }) => id === row?.eventId)?.data['orderAt'], row?.since)
    assert.equal(row?.channel, 'post')
  })

  test('comes in pages, by purpose', async () => {
    const seen: string[] = []
    for (let next: string | null | undefined; next !== null;) {
      const after = next === undefined ? '' : `&after=${encodeURIComponent(next)}`
      const page: ObjectionsInForce = await objections(`?purpose=prospects&limit=2${after}`, 'auditor')
      assert.ok(page.objections.length <= 2)
      seen.push(...page.objections.map(({ subjectId }) => subjectId))
      next = page.next
    }
    assert.deepEqual(seen, people.toSorted())
    assert.equal((await world.ask('GET', '/v1/objections?after=nonsense', 'legal')).status, 400)
  })

  test('goes with its lift', async () => {
    const [anna] = people
    const lifted = (await objections('?purpose=prospects')).objections.find(({ subjectId }) => subjectId === anna)
    await write(anna, `objections/${lifted?.eventId}/lift`, { method: { kind: 'phone' }, reason: 'asked again' })
    await project(world)
    assert.ok(!(await objections('?purpose=prospects')).objections.some(({ subjectId }) => subjectId === anna))
    assert.ok((await objections('?purpose=news')).objections.some(({ subjectId }) => subjectId === anna))
  })

  test('lists restrictions of all purposes and of one, until they are lifted', async () => {
    const [anna, marc] = people
    const all = await write(anna, 'restrictions', { purposes: 'all', ground: 'accuracy' })
    await write(marc, 'restrictions', { purposes: ['prospects'], ground: 'claims' })
    await project(world)
    const listed = async (query = '') =>
      (await restrictions(query)).restrictions.map(({ subjectId, purposes, ground }) => [subjectId, purposes, ground])
    const rows = [
      [anna, 'all', 'accuracy'],
      [marc, ['prospects'], 'claims'],
    ].toSorted(([one], [other]) => String(one).localeCompare(String(other)))
    assert.deepEqual(await listed(), rows)
    assert.deepEqual(await listed('?purpose=news'), [[anna, 'all', 'accuracy']])
    assert.deepEqual(await listed('?purpose=prospects'), rows)
    const body = { notifiedAt: all.recordedAt, notification: 'Letter 2026/120', reason: 'corrected' }
    await write(anna, `restrictions/${all.events[0]?.id}/lift`, body)
    await project(world)
    assert.deepEqual(await listed(), [[marc, ['prospects'], 'claims']])
  })

  test('is a look at each person listed, noted before it is answered, and not for marketing', async () => {
    const [, marc] = people
    await restrictions('', 'auditor')
    const [look] = await world.vault.accesses(marc ?? '')
    assert.deepEqual([look?.role, look?.purpose], ['auditor', 'restrictions'])
    for (const path of ['/v1/objections', '/v1/restrictions']) {
      assert.equal((await world.ask('GET', path, 'marketing')).status, 403)
      assert.equal((await world.ask('GET', path, 'all')).status, 400)
      assert.equal((await world.ask('GET', `${path}?controller=other`, 'legal')).status, 404)
    }
    broken = true
    assert.equal((await world.ask('GET', '/v1/objections', 'legal')).status, 503)
    broken = false
  })

  test('ends its pages with null, and refuses a purpose that never was, where a misspelt one would read as nobody', async () => {
    const [, , lea] = people
    await write(lea, 'restrictions', { purposes: 'all', ground: 'unlawful' })
    await project(world)
    const first = await restrictions('?limit=1')
    const second = await restrictions(`?limit=1&after=${encodeURIComponent(first.next ?? '')}`)
    assert.deepEqual([first.restrictions.length, second.restrictions.length, second.next], [1, 1, null])
    for (const path of ['/v1/objections', '/v1/restrictions', '/v1/answers']) {
      const reply = await world.ask('GET', `${path}?purpose=prospect`, 'legal')
      assert.deepEqual([...codeOf(reply), ...named(reply)], [422, 'UNKNOWN_PURPOSE', '/query/purpose', 'published'], path)
      const unsaid = await world.ask('GET', path, 'all')
      assert.deepEqual([...codeOf(unsaid), ...named(unsaid)], [400, 'CONTROLLER_NEEDED', '/query/controller', 'ambiguous'], path)
    }
  })

  test('holds as of before a change of the catalogue until everybody was judged by it', async () => {
    const [, marc] = people
    world.tick.now += 60_000
    const changedAt = world.tick.now
    await publishPurpose(world, { id: 'prospects-again', replaces: 'prospects' })
    await apply(world)
    await world.readModel.noteAsOf(world.tick.now)
    const before = await objections('?purpose=prospects-again')
    const held = { asOf: iso(changedAt - 1), rows: 0 }
    assert.deepEqual({ asOf: before.asOf, rows: before.objections.length }, held)
    for (const list of [restrictions, answers]) assert.equal((await list()).asOf, held.asOf)
    await project(world)
    const after = await objections('?purpose=prospects-again')
    assert.ok(Date.parse(after.asOf ?? '') > changedAt && after.objections.some(({ subjectId }) => subjectId === marc))
  })
})
