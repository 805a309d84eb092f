// A snapshot and the changes behind it are the state; a snapshot that cannot be whole is none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { SnapshotEnd } from '../src/schemas/eligibility.ts'
import { no, objection, openMarket, sale, say, someone, yes } from './market.ts'
import { instead, project } from './projecting.ts'
import { chances, changes, Consumer, judgedOf, snapshot } from './reading.ts'
import { email, keyOf, type World } from './world.ts'

for (const seed of [1, 2, 3])
  test(`snapshot and changes are the state, whatever happens in between (history ${seed})`, async () => {
    const chance = chances(seed)
    const world = await openMarket({ staleAfter: Number.MAX_SAFE_INTEGER })
    const people = await Promise.all(Array.from({ length: 6 }, (_, n) => someone(world, [email(`person-${n}@example.org`)])))
    const something = async (): Promise<void> => {
      world.tick.now += chance(3) * 3_600_000
      const facts = [
        yes(world, { until: world.tick.now + chance(5) * 86_400_000 + 1 }),
        yes(world, { purpose: 'texts', channels: ['email', 'sms'] }),
        no(world),
        objection(world, { purpose: 'texts' }),
        sale(world),
      ]
      await say(world, people[chance(people.length)] ?? assert.fail(), facts[chance(facts.length)] ?? assert.fail())
    }
    for (let n = 0; n < 12; n++) await something()
    await project(world)
    const consumer = new Consumer()
    const { changes: lines, end } = await snapshot(world)
    consumer.take(lines)
    let after = end.cursor
    for (let n = 0; n < 40; n++) {
      await something()
      if (chance(3) === 0) await project(world)
      if (chance(2) === 0) continue
      const page = await changes(world, `?after=${after}&limit=${1 + chance(4)}`)
      consumer.take(page.changes)
      after = page.next
    }
    await project(world)
    for (let page = await changes(world, `?after=${after}&limit=3`); page.changes.length > 0;) {
      consumer.take(page.changes)
      page = await changes(world, `?after=${page.next}&limit=3`)
    }
    assert.deepEqual(consumer.told(), await judgedOf(world, consumer))
    const whole = new Consumer()
    whole.take((await snapshot(world)).changes)
    assert.deepEqual(consumer.told(), whole.told())
    await world.close()
  })

test('a snapshot goes on until it is level, says how many lines it had, and is compressed for whoever takes that', async () => {
  let world: World
  let further = 0
  const readModelOver: Parameters<typeof openMarket>[0] = {
    readModelOver: (readModel) =>
      instead(readModel, {
        changes: async (asked) => {
          if (further > 0 && asked.after > 0n) {
            further--
            await say(world, anna, further === 0 ? no(world) : yes(world))
            await project(world)
          }
          return readModel.changes({ ...asked, limit: 2 })
        },
      }),
  }
  world = await openMarket(readModelOver)
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world), yes(world, { purpose: 'texts', channels: ['email', 'sms'] }))
  await project(world)
  further = 2
  const { changes: lines, end } = await snapshot(world)
  assert.equal(end.count, lines.length)
  const ofNews = lines.filter(({ purpose }) => purpose === 'news')
  assert.ok(ofNews.length > 1)
  assert.deepEqual([ofNews.at(0)?.allowed, ofNews.at(-1)?.allowed], [true, false])
  assert.deepEqual((await changes(world, `?after=${end.cursor}`)).changes, [])

  const packed = await world.app.inject({
    url: '/v1/eligibility/snapshot',
    headers: { authorization: `Bearer ${keyOf('marketing')}`, 'accept-encoding': 'br, gzip;q=0.8' },
  })
  assert.deepEqual([packed.headers['content-encoding'], packed.headers.vary], ['gzip', 'Accept-Encoding'])
  assert.equal(
    SnapshotEnd.parse(JSON.parse(gunzipSync(packed.rawPayload).toString().trimEnd().split('\n').at(-1) ?? '')).cursor,
    end.cursor,
  )
  const plain = await world.ask('GET', '/v1/eligibility/snapshot', 'marketing', undefined, { 'accept-encoding': 'gzip;q=0, identity' })
  assert.equal(plain.headers['content-encoding'], undefined)
  await world.close()
})

for (const what of ['a new epoch', 'staleness', 'a store that is away'] as const)
  test(`a snapshot that ${what} overtakes is cut, never ended: a half is not taken for a whole`, async () => {
    let pages = 0
    const world = await openMarket({
      readModelOver: (readModel) =>
        instead(readModel, {
          changes: async (asked) => {
            pages++
            if (pages === 2 && what === 'a new epoch') await readModel.newEpoch()
            if (pages === 2 && what === 'staleness') world.tick.now += 3_600_000
            if (pages === 2 && what === 'a store that is away') await readModel.close()
            return readModel.changes({ ...asked, limit: 1 })
          },
        }),
    })
    const anna = await someone(world, [email('anna.martin@example.org')])
    await say(world, anna, yes(world), yes(world, { purpose: 'texts', channels: ['email', 'sms'] }))
    await project(world)
    const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
    for (const encoding of ['identity', 'gzip']) {
      pages = 0
      const headers = { authorization: `Bearer ${keyOf('marketing')}`, 'accept-encoding': encoding }
      const whole = fetch(`${url}/v1/eligibility/snapshot`, { headers }).then(async (response) => {
        // What was wrong before the first byte was told has a status of its own.
        if (!response.ok) throw new Error(String(response.status))
        return response.text()
      })
      await assert.rejects(whole, encoding)
    }
    await world.close()
  })
