// From a withdrawal to the stop: what downstream systems acknowledge, how long it took, and which are late.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { cursorOf, iso, LedgerError } from '@consent-ledger/domain'
import { Acknowledged, Propagation } from '../src/schemas/propagation.ts'
import { instead, project } from './projecting.ts'
import { applyProfile, publishPurpose } from './purposes.ts'
import { named } from './reading.ts'
import { email, openWorld, type World } from './world.ts'

const minute = 60_000
const hour = 60 * minute
const problem = (json: unknown): { code: unknown; errors: { pointer: string }[] } => Object(json)
const recipient = (over: object) => ({ name: 'Mailer SAS', country: 'FR', role: 'processor' as const, ...over })

const opened = async (over: Parameters<typeof openWorld>[0] = {}): Promise<World> => {
  const world = await openWorld(over)
  await applyProfile(world)
  const recipients = [recipient({ id: 'mailer', stopWithin: 'PT24H' }), recipient({ name: 'Printer' })]
  const news = { id: 'news', legalBasis: 'consent' as const, channels: ['email' as const], recipients }
  await publishPurpose(world, { ...news, version: 2 })
  await publishPurpose(world, {
    id: 'prospects',
    recipients: [recipient({ id: 'mailer', stopWithin: 'P2D' }), recipient({ id: 'crm', name: 'CRM' })],
  })
  return world
}
const acknowledge = (world: World, cursor: string, as = 'marketing', id = 'mailer', query = '') =>
  world.ask('POST', `/v1/recipients/${id}/acknowledgements${query}`, as, { cursor })
const head = async (world: World): Promise<string> => {
  const { epoch, head: n } = await world.readModel.feed()
  return cursorOf({ epoch, n })
}
const acknowledged = async (world: World, cursor?: string) => {
  const reply = await acknowledge(world, cursor ?? (await head(world)))
  assert.equal(reply.status, 200, reply.text)
  return Acknowledged.parse(reply.json)
}
const propagation = async (world: World, as = 'marketing') => Propagation.parse((await world.ask('GET', '/v1/propagation', as)).json)
const mailer = async (world: World) => {
  const { recipients, overdue } = await propagation(world)
  const [row] = recipients
  assert.ok(row?.recipient === 'mailer')
  return { ...row, overdue }
}
const figure = async (world: World, name: string, id = 'mailer'): Promise<string | undefined> => {
  const { body } = await world.app.inject({ method: 'GET', url: '/metrics' })
  return new RegExp(`^${name}\\{controller="campo",recipient="${id}"\\} (.*)$`, 'm').exec(body)?.[1]
}

describe('a downstream system', () => {
  let world: World
  let stoppedAt: number
  before(async () => {
    world = await opened()
    await world.act({ identifiers: [email('anna@example.org')], said: 'yes' })
    await project(world)
  })
  after(() => world.close())

  test('is a recipient with an id, told once, with the shortest limit of its purposes; it may have acknowledged nothing', async () => {
    const told = await propagation(world, 'auditor')
    assert.deepEqual(
      told.recipients.map(({ recipient: id, name, purposes, stopWithin, acknowledged: said }) => [id, name, purposes, stopWithin, said]),
      [
        ['mailer', 'Mailer SAS', ['news', 'prospects'], 'PT24H', null],
        ['crm', 'CRM', ['prospects'], null, null],
      ],
    )
    assert.deepEqual([told.controller, told.lagMs, told.overdue], ['campo', 1000, []])
    assert.deepEqual((await mailer(world)).pending, { count: 0, oldest: null, minutes: null })
    assert.equal(await figure(world, 'ledger_propagation_pending_seconds'), '0')
    assert.equal(await figure(world, 'ledger_propagation_slowest_seconds'), undefined)
  })

  test('has stops before it as soon as somebody withdraws, and is told so until it says that it has applied them', async () => {
    await acknowledged(world)
    const before = await head(world)
    await world.act({ identifiers: [email('anna@example.org')], said: 'no' })
    stoppedAt = world.tick.now
    await project(world)
    world.tick.now = stoppedAt + 90 * minute - 1000
    const { pending, acknowledged: said, overdue, slowestMinutes } = await mailer(world)
    assert.deepEqual(pending, { count: 1, oldest: iso(stoppedAt), minutes: 90 })
    assert.deepEqual([said?.cursor, overdue, slowestMinutes], [before, [], null])
    assert.equal(await figure(world, 'ledger_propagation_pending_seconds'), '5400')
    assert.equal((await acknowledged(world, before)).behind, 1)
  })

  test('that is later than its limit is overdue, one without a limit never', async () => {
    world.tick.now = stoppedAt + 24 * hour - 1000
    assert.deepEqual((await mailer(world)).overdue, [])
    assert.deepEqual((await mailer(world)).overdue, [{ recipient: 'mailer', count: 1, since: iso(stoppedAt), stopWithin: 'PT24H' }])
  })

  test('is as slow as the oldest of the stops that it acknowledges', async () => {
    world.tick.now = stoppedAt + 25 * hour - 1000
    const cursor = await head(world)
    assert.deepEqual(await acknowledged(world), { recipient: 'mailer', cursor, at: iso(stoppedAt + 25 * hour), behind: 0 })
    const { slowestMinutes, pending, overdue } = await mailer(world)
    assert.deepEqual([slowestMinutes, pending.count, overdue], [25 * 60, 0, []])
    assert.equal(await figure(world, 'ledger_propagation_slowest_seconds'), '90000')
    await acknowledged(world)
    assert.equal((await mailer(world)).slowestMinutes, 25 * 60, 'a word that covers no stop tells nothing new')
  })

  test('that says less than before changes nothing, and is told what it said', async () => {
    const cursor = await head(world)
    const { acknowledged: said } = await mailer(world)
    const less = await acknowledged(world, cursor.replace(/\d+$/, '0'))
    assert.deepEqual([less.cursor, less.at], [cursor, said?.at])
  })

  test('names a place that the feed has come to, in its epoch', async () => {
    const { epoch, head: n } = await world.readModel.feed()
    const ahead = await acknowledge(world, cursorOf({ epoch, n: n + 1n }))
    assert.deepEqual([ahead.status, problem(ahead.json).code, problem(ahead.json).errors[0]?.pointer], [400, 'INVALID_REQUEST', '/cursor'])
    const foreign = await acknowledge(world, cursorOf({ epoch: epoch + 1n, n: 0n }))
    assert.deepEqual([foreign.status, problem(foreign.json).code, ...named(foreign)], [410, 'CURSOR_RESET', '/cursor', 'epoch'])
    assert.equal((await acknowledge(world, 'newest')).status, 400)
    const nobody = await acknowledge(world, cursorOf({ epoch, n }), 'marketing', 'nobody')
    assert.deepEqual([nobody.status, ...named(nobody)], [404, '/path/recipientId', 'known'])
  })

  test('in a new epoch is behind with what came since its last word, not with all that is told again', async () => {
    const { acknowledged: said } = await mailer(world)
    await world.readModel.newEpoch()
    const { pending, acknowledged: old, overdue } = await mailer(world)
    assert.deepEqual([pending.oldest, old, overdue], [said?.at, said, []])
    assert.equal((await acknowledged(world)).behind, 0)
  })
})

test('who may speak for a system, and who may look', async () => {
  const world = await opened()
  const cursor = await head(world)
  for (const as of ['marketing', 'dpo', 'admin']) assert.equal((await acknowledge(world, cursor, as)).status, 200)
  for (const as of ['legal', 'auditor']) assert.equal((await acknowledge(world, cursor, as)).status, 403)
  for (const as of ['marketing', 'legal', 'dpo', 'auditor', 'campoadmin'])
    assert.equal((await world.ask('GET', '/v1/propagation', as)).status, 200)
  assert.equal((await world.ask('GET', '/v1/propagation', 'admin')).status, 400)
  assert.equal((await world.ask('GET', '/v1/propagation?controller=campo', 'admin')).status, 200)
  assert.equal((await world.ask('GET', '/v1/propagation?controller=other', 'marketing')).status, 404)
  await world.close()
})

test('of several controllers that name a system of one id the caller says which one is meant', async () => {
  const world = await opened()
  await publishPurpose(world, { id: 'news-by-post', recipients: [recipient({ id: 'mailer' })] }, 'other')
  const cursor = await head(world)
  const unsaid = await acknowledge(world, cursor, 'admin')
  assert.deepEqual(
    [unsaid.status, problem(unsaid.json).code, ...named(unsaid)],
    [400, 'CONTROLLER_NEEDED', '/query/controller', 'ambiguous'],
  )
  assert.equal((await acknowledge(world, cursor, 'admin', 'mailer', '?controller=other')).status, 200)
  assert.deepEqual(await world.readModel.acknowledgements('campo'), [])
  assert.equal((await world.readModel.acknowledgements('other')).length, 1)
  await world.close()
})

test('whoever asks for the figures again and again costs the database nothing: they are of the last 15 s', async () => {
  let asked = 0
  const world = await opened({
    readModelOver: (readModel) =>
      instead(readModel, {
        acknowledgements: async (controller) => {
          asked++
          return readModel.acknowledgements(controller)
        },
      }),
  })
  await world.live.refresh()
  const controllers = world.live.controllers().length
  for (let n = 0; n < 20; n++) assert.equal(await figure(world, 'ledger_propagation_pending_seconds'), '0')
  world.tick.now += 14_999
  await figure(world, 'ledger_propagation_pending_seconds')
  assert.equal(asked, controllers)
  world.tick.now += 1
  await figure(world, 'ledger_propagation_pending_seconds')
  assert.equal(asked, 2 * controllers)
  await world.close()
})

test('a read model that is away takes no other figure with it', async () => {
  const away = async () => Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'gone'))
  const world = await opened({ readModelOver: (readModel) => instead(readModel, { acknowledgements: away }) })
  const { statusCode, body } = await world.app.inject({ method: 'GET', url: '/metrics' })
  assert.equal(statusCode, 200)
  assert.ok(body.includes('ledger_http_request_duration_seconds') && !body.includes('recipient="mailer"'))
  assert.equal((await world.ask('GET', '/v1/propagation', 'dpo')).status, 503)
  await world.close()
})
