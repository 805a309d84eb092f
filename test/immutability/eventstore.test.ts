// Nobody changes the record on an EventStoreDB with the ledger's own credentials, however they try: the server refuses, and every event stays as it was.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { iso, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { openEsdbEventStore, prepareEventStore } from '@consent-ledger/eventstore/esdb'
import { ErrorType, EventStoreDBClient, isCommandError, jsonEvent } from '@eventstore/db-client'
import { startEventStoreDouble } from '../harness/eventstoredb/index.ts'
import { attacks, type Target } from './attacks.ts'
import { HttpRefusal } from './plainHttp.ts'
import { type SecuredServer, securedServers } from './securedServer.ts'

const event = (n: number): NewEvent => ({
  id: randomUUID(),
  type: 'ConsentGiven',
  data: { n },
  metadata: { schemaVersion: 1, recordedAt: iso(n), writer: { kind: 'site', id: 'site-a', trust: 'secret' }, actId: randomUUID() },
})

/** gRPC's PERMISSION_DENIED, as the client says it or as it came; HTTP's refusals. */
const isRefusal = (error: unknown): boolean =>
  error instanceof HttpRefusal ||
  (error instanceof Error && isCommandError(error) && error.type === ErrorType.ACCESS_DENIED) ||
  (error instanceof Error && 'code' in error && error.code === 7)

type Scene = { server: SecuredServer; store: EventStore; attacker: EventStoreDBClient; streams: string[]; recorded: RecordedEvent[] }
type Closing = () => Promise<unknown>

const readBack = async ({ store, streams }: Pick<Scene, 'store' | 'streams'>): Promise<RecordedEvent[]> => {
  const pages = await Promise.all(streams.map((stream) => store.readStream(stream, { after: beginning, limit: 100 })))
  return pages.flat()
}

/** Its streams, and its connection, which `dispose` leaves open. */
const leave = async (client: EventStoreDBClient): Promise<void> => {
  await client.dispose()
  const channel = await client['getChannel']()
  channel.close()
}

/** `closing` is told how to close each part as soon as it is open. */
const openScene = async (open: () => Promise<SecuredServer>, closing: Closing[]): Promise<Scene> => {
  const server = await open()
  closing.push(() => server.stop())
  await prepareEventStore({ url: server.adminUrl, password: server.password })
  const fatal = (fault: unknown): never => {
    throw fault
  }
  const store = await openEsdbEventStore({ url: server.ledgerUrl, onFatal: fatal })
  closing.push(() => store.close())
  const streams = [`attacked-${randomUUID()}`, `attacked-${randomUUID()}`]
  for (const stream of streams) await store.append(stream, beginning, [event(0), event(1), event(2)])
  const attacker = EventStoreDBClient.connectionString(server.ledgerUrl)
  closing.push(() => leave(attacker))
  return { server, store, attacker, streams, recorded: await readBack({ store, streams }) }
}

for (const { name, open, skip } of securedServers) {
  describe(`on ${name}`, { skip }, () => {
    let scene: Scene
    const closing: Closing[] = []
    before(async () => {
      scene = await openScene(open, closing)
    })
    after(async () => {
      for (const close of closing.toReversed()) await close()
    })

    for (const { what, attempt } of attacks)
      it(`refused, and without effect: ${what}`, async () => {
        const target: Target = { url: scene.server.ledgerUrl, stream: scene.streams[0] ?? '', last: 2n }
        await assert.rejects(attempt(scene.attacker, target), isRefusal)
        assert.deepEqual(await readBack(scene), scene.recorded)
      })
    it('and the ledger goes on where it was', async () => {
      const [stream = ''] = scene.streams
      const [added] = await scene.store.append(stream, 2n, [event(3)])
      assert.equal(added?.revision, 3n)
      assert.equal(scene.recorded.length, 6)
    })
    it('and a second preparation finds everything as it was', async () => {
      const steps = await prepareEventStore({ url: scene.server.adminUrl, password: scene.server.password })
      assert.deepEqual(
        steps.filter(({ changed }) => changed),
        [],
      )
      assert.ok(steps.some(({ what }) => what === 'proof'))
    })
  })
}

it('without preparation any account may do away with events: what is tried above is no empty threat', async (t) => {
  const server = await startEventStoreDouble({ secure: true })
  t.after(() => server.stop())
  const url = server.urlOf('ops', 'changeit')
  const attacker = EventStoreDBClient.connectionString(url)
  t.after(() => leave(attacker))
  const attempts = attacks.filter(({ what }) =>
    ['a stream deleted', '$maxCount', 'a scavenge over gRPC', 'a scavenge over HTTP'].includes(what),
  )
  assert.equal(attempts.length, 4)
  for (const { attempt } of attempts) {
    const stream = `attacked-${randomUUID()}`
    await attacker.appendToStream(stream, jsonEvent({ type: 'ConsentGiven', data: {} }))
    await attempt(attacker, { url, stream, last: 0n })
  }
})
