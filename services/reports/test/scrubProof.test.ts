// What is kept of a scrub: the list of them, and the proof by which a stranger checks one.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { beginning, decideAndAppend, type EventStore } from '@consent-ledger/eventstore'
import { ledgerAggregate } from '@consent-ledger/domain'
import { ScrubProof } from '@consent-ledger/proof'
import { verifyScrub, type ScrubGiven } from '@consent-ledger/proof/verify'
import { generateKey, parseSkey } from '@consent-ledger/tlog'
import { Scrubs } from '../src/schemas/scrub.ts'
import { project } from './projecting.ts'
import { listOf, openScrubbing, recorded, told, type Scrubbing, type Told } from './scrubbing.ts'
import type { World } from './world.ts'

const proofOf = ({ world }: Scrubbing, id: string, as = 'marketing', query = '') =>
  world.ask('GET', `/v1/eligibility/scrubs/${id}/proof${query}`, as)

const bytesOf = (text: string) =>
  async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text)
  }
const filesOf = (proof: string, { lines, end }: Told, input: string): ScrubGiven => ({
  proof: Buffer.from(proof),
  output: bytesOf(`${lines}${JSON.stringify(end)}\n`),
  input: bytesOf(input),
})
const errorsOf = ({ findings }: Awaited<ReturnType<typeof verifyScrub>>): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)

/** Another file of the key of statements: named in the log, then signing. */
const nextStatementKey = async (world: World): Promise<void> => {
  const key = parseSkey(generateKey(world.log.statementKey.name).skey)
  await decideAndAppend({
    store: world.store,
    clock: () => world.tick.now,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer: { kind: 'system', id: 'reports', trust: 'system' } },
    decide: () => [{ type: 'StatementKeyIntroduced', data: { vkey: key.vkey } }],
    conclude: () => undefined,
  })
  await world.useStatementKey(key)
}

describe('the proof of a scrub', () => {
  const list = listOf('anna', 'bruno', 'nobody')
  let scrubbing: Scrubbing
  let first: Told
  before(async () => {
    scrubbing = await openScrubbing()
    first = await told(scrubbing, list)
  })
  after(() => scrubbing.world.close())

  test('is not there until a published head covers it: 503, and when to ask again', async () => {
    const { status, json, headers } = await proofOf(scrubbing, first.end.id)
    assert.deepEqual([status, Object(json).code, headers['retry-after']], [503, 'NOT_PUBLISHED', '2'])
  })

  test('is accepted by the check of a stranger, with the list and the answer', async () => {
    const { world } = scrubbing
    await world.log.seal(world.store)
    const { status, text, json } = await proofOf(scrubbing, first.end.id.toUpperCase())
    assert.equal(status, 200)
    assert.equal(ScrubProof.parse(json).scrubId, first.end.id)
    const found = await verifyScrub(filesOf(text, first, list), { logKeys: [world.log.key.vkey] })
    assert.deepEqual([found.accepted, errorsOf(found), found.facts?.input], [true, [], true])
    const other = await told(scrubbing, list)
    assert.deepEqual(errorsOf(await verifyScrub(filesOf(text, other, list), { logKeys: [world.log.key.vkey] })), ['SCRUB_DIFFERS'])
  })

  test('stays what it is when the log grows and the key of statements is another', async () => {
    const { world } = scrubbing
    const before = await proofOf(scrubbing, first.end.id)
    await nextStatementKey(world)
    const later = await told(scrubbing, list)
    await world.log.seal(world.store)
    assert.equal((await proofOf(scrubbing, first.end.id)).text, before.text)
    const { text } = await proofOf(scrubbing, later.end.id)
    const found = await verifyScrub(filesOf(text, later, list), { logKeys: [world.log.key.vkey] })
    assert.deepEqual([found.accepted, errorsOf(found)], [true, []])
  })

  test('is for those who may ask, and for nobody of another controller', async () => {
    for (const as of ['marketing', 'legal', 'dpo', 'auditor', 'all'])
      assert.equal((await proofOf(scrubbing, first.end.id, as)).status, 200, as)
    assert.equal((await proofOf(scrubbing, first.end.id, 'campoadmin')).status, 403)
    const nowhere = [
      await proofOf(scrubbing, first.end.id, 'other'),
      await proofOf(scrubbing, randomUUID()),
      await proofOf(scrubbing, 'none'),
    ]
    assert.deepEqual(new Set(nowhere.map(({ status, json }) => `${status} ${Object(json).detail}`)).size, 1)
    assert.equal(nowhere[0]?.status, 404)
    assert.equal((await proofOf(scrubbing, first.end.id, 'all', '?controller=other')).status, 404)
  })
})

test('of the stream of a controller only the event of the scrub is read, once the read model has it', async () => {
  const asked: [after: bigint, limit: number][] = []
  const storeOver = (store: EventStore): EventStore => ({
    append: (...of) => store.append(...of),
    readStream: (stream, page) => {
      if (stream === 'controller-campo') asked.push([page.after, page.limit])
      return store.readStream(stream, page)
    },
    readAll: (page) => store.readAll(page),
    subscribeAll: (from, signal) => store.subscribeAll(from, signal),
    head: () => store.head(),
    close: () => store.close(),
  })
  const scrubbing = await openScrubbing({ storeOver })
  const { world } = scrubbing
  const [first, second] = [await told(scrubbing, listOf('anna')), await told(scrubbing, listOf('bruno'))]
  await world.log.seal(world.store)
  const found = async ({ end }: Told) => {
    asked.length = 0
    assert.equal((await proofOf(scrubbing, end.id)).status, 200)
    return asked.slice()
  }
  const revisions = (await recorded(scrubbing)).map(({ revision }) => revision)
  assert.deepEqual((await found(second))[0]?.[0], beginning)
  await project(world)
  assert.deepEqual(await found(first), [[(revisions[0] ?? 0n) - 1n, 1]])
  // Of what was recorded since, what is behind the newest that is known.
  const third = await told(scrubbing, listOf('anna'))
  await world.log.seal(world.store)
  assert.deepEqual((await found(third))[0]?.[0], revisions[1])
  await world.close()
})

test('the list of scrubs is in pages, the newest first, with who asked and what', async () => {
  const scrubbing = await openScrubbing()
  const { world } = scrubbing
  const ids: string[] = []
  for (const names of [['anna'], ['anna', 'bruno'], []]) {
    world.tick.now += 1000
    ids.unshift((await told(scrubbing, listOf(...names))).end.id)
  }
  await project(world)
  const ask = async (query: string, as = 'auditor') => Scrubs.parse((await world.ask('GET', `/v1/eligibility/scrubs${query}`, as)).json)
  const { scrubs, next, controller, asOf } = await ask('')
  assert.deepEqual([scrubs.map(({ id }) => id), next, controller], [ids, null, 'campo'])
  assert.deepEqual(
    scrubs.map(({ count, allowed }) => [count, allowed]),
    [
      [0, 0],
      [2, 1],
      [1, 1],
    ],
  )
  const event = (await recorded(scrubbing))[0]
  const { scrubId, operator, ...data } = event?.data ?? {}
  assert.deepEqual(scrubs.at(-1), {
    id: scrubId,
    recordedAt: event?.metadata.recordedAt,
    operator,
    recipient: null,
    cutOff: false,
    ...data,
  })
  assert.equal(Date.parse(asOf ?? ''), (await world.readModel.progress()).asOf)
  const page = await ask('?limit=2')
  assert.deepEqual([page.scrubs.map(({ id }) => id), page.next], [ids.slice(0, 2), ids[1]])
  const rest = await ask(`?limit=2&after=${page.next}`)
  assert.deepEqual([rest.scrubs.map(({ id }) => id), rest.next], [ids.slice(2), null])
  assert.deepEqual((await ask('', 'other')).scrubs, [])
  assert.equal((await world.ask('GET', '/v1/eligibility/scrubs', 'campoadmin')).status, 403)
  assert.equal((await world.ask('GET', '/v1/eligibility/scrubs', 'all')).status, 400)
  await world.close()
})
