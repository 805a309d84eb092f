// The published log over HTTP: what everybody may read, what only auditors may, and nothing that is not published.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { decodeEntries, openTreeHead, treeRoot, type Tile } from '@consent-ledger/tlog'
import { email, keyOf, openWorld, type Act, type World } from './world.ts'

const get = async ({ app }: World, url: string, as?: string) => {
  const reply = await app.inject({ method: 'GET', url, headers: as === undefined ? {} : { authorization: `Bearer ${keyOf(as)}` } })
  return { status: reply.statusCode, headers: reply.headers, bytes: reply.rawPayload, text: reply.body }
}
const anna: Act = { identifiers: [email('anna.martin@example.org')], said: 'yes' }

describe('a log that nobody has sealed yet', () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())

  test('has its key, and says of everything else that it is not published', async () => {
    assert.equal((await get(world, '/log/key')).text, `${world.log.key.vkey}\n`)
    for (const file of ['checkpoint', 'tile/0/000', 'tile/0/000.p/1']) {
      const { status, headers, text } = await get(world, `/log/${file}`)
      assert.deepEqual([status, headers['retry-after'], JSON.parse(text).code], [503, '2', 'NOT_PUBLISHED'])
    }
  })
})

describe('a published log', () => {
  let world: World
  let size: bigint
  before(async () => {
    world = await openWorld()
    await world.act(anna)
    size = await world.log.seal(world.store)
    // Recorded since, and published by nobody yet.
    await world.act(anna)
  })
  after(() => world.close())

  test('gives its head to everybody, pages of any origin included, and to caches for a moment', async () => {
    const { status, headers, text } = await get(world, '/log/checkpoint')
    assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, 'text/plain; charset=utf-8', 'public, max-age=2'])
    assert.deepEqual([headers['access-control-allow-origin'], headers['cross-origin-resource-policy']], ['*', 'cross-origin'])
    assert.equal(openTreeHead(text, world.log.verifiers()).head.size, size)
  })

  test('gives tiles that hash to the root of its head, for good', async () => {
    const { head } = openTreeHead((await get(world, '/log/checkpoint')).text, world.log.verifiers())
    const tile = async ({ level, index, width }: Tile) =>
      (await get(world, `/log/tile/${level}/${String(index).padStart(3, '0')}.p/${width}`)).bytes
    assert.deepEqual(await treeRoot({ tile }, size), head.root)
    const { headers } = await get(world, `/log/tile/0/000.p/${size}`)
    assert.deepEqual(
      [headers['content-type'], headers['cache-control']],
      ['application/octet-stream', 'public, max-age=31536000, immutable'],
    )
    assert.equal(headers['access-control-allow-origin'], '*')
  })

  test('has every narrower tile too, though its file is gone: the first hashes of the wider one', async () => {
    const whole = (await get(world, `/log/tile/0/000.p/${size}`)).bytes
    assert.deepEqual((await get(world, '/log/tile/0/000.p/2')).bytes, whole.subarray(0, 64))
  })

  test('has nothing beyond its head, and no other files', async () => {
    const beyond = [`0/000.p/${size + 1n}`, '0/000', '0/001.p/1', '1/000.p/1', '63/000.p/1']
    const none = ['0/0', '0/000.p/0', '0/000.p/256', '64/000.p/1', '0/%2e%2e/state.json', '0/000.p/1/', 'checkpoint']
    for (const path of [...beyond, ...none]) assert.equal((await get(world, `/log/tile/${path}`)).status, 404, path)
    for (const path of ['state.json', 'lock', 'entries', '', 'tile']) assert.equal((await get(world, `/log/${path}`)).status, 404, path)
  })

  test('shows entries to auditors of the whole ledger alone, to be kept by no cache', async () => {
    const path = `/log/tile/entries/000.p/${size}`
    assert.equal((await get(world, path)).status, 401)
    // Every controller's entries lie side by side: an auditor of one of them may read none.
    for (const role of ['legal', 'dpo', 'marketing', 'admin', 'auditor']) assert.equal((await get(world, path, role)).status, 403, role)
    const { status, headers, bytes } = await get(world, path, 'allauditor')
    assert.deepEqual([status, headers['cache-control']], [200, 'private, no-store'])
    assert.equal(headers['access-control-allow-origin'], undefined)
    const entries = decodeEntries(bytes, Number(size)).map((entry) => JSON.parse(Buffer.from(entry).toString('utf8')) as { stream: string })
    assert.deepEqual([entries[0]?.stream, entries.at(-1)?.stream.slice(0, 8)], ['ledger', 'subject-'])
    assert.equal((await get(world, `/log/tile/entries/000.p/${size + 1n}`, 'allauditor')).status, 404)
    assert.equal((await get(world, '/log/tile/entries/0', 'allauditor')).status, 404)
  })
})
