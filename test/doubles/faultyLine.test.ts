// The faulty line in front of a server, through the real client: each control does what it says, and healing ends it.
import { EventStoreDBClient, NO_STREAM } from '@eventstore/db-client'
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { startEventStoreDouble } from '../harness/eventstoredb/index.ts'
import { FaultyLine, openFaultyLine } from '../harness/faultyLine.ts'
import { whichServer, whyNone } from '../harness/whichServer.ts'
import { counted, eventually, failureOf, newStream, numbersIn } from './facts/target.ts'

type Server = { url: string; stop(): Promise<void> }

const controls = (start: () => Promise<Server>): void => {
  let server: Server
  let line: FaultyLine
  let client: EventStoreDBClient
  /** Reads past the line. */
  let beside: EventStoreDBClient
  let stream: string
  before(async () => {
    server = await start()
  })
  after(() => server.stop())
  beforeEach(async () => {
    line = await openFaultyLine(server.url)
    client = EventStoreDBClient.connectionString(line.url)
    beside = EventStoreDBClient.connectionString(server.url)
    stream = newStream()
    await client.appendToStream(stream, counted(0), { expectedRevision: NO_STREAM })
  })
  afterEach(async () => {
    await line.heal()
    await Promise.all([client.dispose(), beside.dispose()])
    line.close()
  })
  const append = (n: number): Promise<unknown> => client.appendToStream(stream, counted(n))
  const isAnswered = async (): Promise<void> => eventually(async () => void (await numbersIn(client, stream)))

  it('cuts every connection; the client comes back over a new one', async () => {
    line.cut()
    assert.equal((await failureOf(append(1)))['code'], 14)
    await isAnswered()
    assert.equal(line.connections, 1)
  })

  it('refuses new connections and leaves the open one alone', async () => {
    line.refuse()
    await append(1)
    line.cut()
    await assert.rejects(append(2))
    assert.match(String((await failureOf(append(2)))['message']), /ECONNREFUSED|No connection established/)
    await line.heal()
    await isAnswered()
  })

  it('lets no answer through: what was sent is done, the answer comes when it is healed', async () => {
    line.silence('toClient')
    const pending = append(1)
    await eventually(async () => assert.deepEqual(await numbersIn(beside, stream), [0, 1]))
    await line.heal()
    await pending
  })

  it('lets nothing through to the server: it is done when it is healed', async () => {
    line.silence('toServer')
    const pending = append(1)
    assert.deepEqual(await numbersIn(beside, stream), [0])
    await line.heal()
    await pending
    assert.deepEqual(await numbersIn(beside, stream), [0, 1])
  })

  it('takes connections while it is silent, and says nothing on them', async () => {
    line.silence()
    line.cut()
    const pending = append(1).catch(() => {})
    await eventually(async () => assert.ok(line.connections > 0))
    line.cut()
    await line.heal()
    await pending
    await isAnswered()
  })

  it('delays each direction, in order, until it is healed', async () => {
    line.delay(1)
    await Promise.all([append(1), append(2), append(3)])
    assert.deepEqual(await numbersIn(client, stream), [0, 1, 2, 3])
    const aDay = 86_400_000
    line.delay(aDay, 'toServer')
    const pending = append(4)
    assert.deepEqual(await numbersIn(beside, stream), [0, 1, 2, 3])
    await line.heal()
    await pending
    assert.deepEqual(await numbersIn(beside, stream), [0, 1, 2, 3, 4])
  })
}

describe('a faulty line to the double', () => controls(() => startEventStoreDouble()))

const server = await whichServer()
describe('a faulty line to a real server', { skip: whyNone(server) }, () => {
  if ('url' in server) controls(async () => server)
})

describe('the connection string of a line', () => {
  it('keeps all but the node', async () => {
    const line = await openFaultyLine('esdb://name:p%40ss@server.example.org:2114?tls=true&tlsCAFile=ca.crt')
    assert.match(line.url, /^esdb:\/\/name:p%40ss@127\.0\.0\.1:\d+\?tls=true&tlsCAFile=ca\.crt$/)
    line.close()
  })
  it('is of one node', () => assert.throws(() => new FaultyLine('esdb://a:1,b:2,c:3?tls=false')))
})
