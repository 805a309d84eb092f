// A scrub that is cut off: whom it told what is on record, and why it ended in the log of the process.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { describe, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { iso, LedgerError, operatorsStream } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { hashKey } from '@consent-ledger/edge'
import { Scrubs } from '../src/schemas/scrub.ts'
import { admin, keyOf } from './founding.ts'
import { project } from './projecting.ts'
import {
  answerTo,
  begin,
  eventually,
  hear,
  lineOf,
  listOf,
  openScrubbing,
  recorded,
  send,
  traces,
  type Scrubbing,
  type Sending,
} from './scrubbing.ts'
import type { World } from './world.ts'

type Cutting = Scrubbing & { log: string[]; fatal: unknown[] }

const opened = async (t: TestContext, over: Parameters<typeof openScrubbing>[0] = {}): Promise<Cutting> => {
  const [log, fatal]: [string[], unknown[]] = [[], []]
  const scrubbing = await openScrubbing({
    logTo: { write: (line) => void log.push(line) },
    onFatal: (error) => void fatal.push(error),
    ...over,
  })
  t.after(() => scrubbing.world.close())
  return { ...scrubbing, log, fatal }
}

/** Somebody who was told of Anna, and has more to ask. */
const told = async (scrubbing: Scrubbing, sending: Sending = {}): Promise<{ asked: ClientRequest; answer: IncomingMessage }> => {
  const asked = begin(scrubbing, sending)
  asked.on('error', () => {})
  asked.write(listOf('anna'))
  const answer = await answerTo(asked)
  await once(answer, 'data')
  return { asked, answer }
}

const many = (count: number): string => Array.from({ length: count }, (_, n) => lineOf(`stranger-${n}@example.org`)).join('')

/** Once what comes back is called, the connection of the next request takes nothing more of its answer. */
const stopper = ({ world }: Scrubbing): (() => void) => {
  const answers: ServerResponse[] = []
  world.app.server.once('request', (_, response: ServerResponse) => answers.push(response))
  return () => answers[0]?.cork()
}

const isLogged = ({ log }: Cutting, message: string): Promise<string> =>
  eventually(() => log.find((line) => line.includes(`"msg":"${message}"`)))

const revoke = async ({ store, live, tick }: World, key: string): Promise<void> => {
  const operatorId = live.operator(hashKey(key))?.operatorId
  const there = await store.readStream(operatorsStream, { after: beginning, limit: 1000 })
  const metadata = { schemaVersion: 1, recordedAt: iso(tick.now++), writer: admin, actId: randomUUID() }
  await store.append(operatorsStream, BigInt(there.length - 1), [
    { id: randomUUID(), type: 'OperatorRevoked', data: { operatorId: operatorId ?? '' }, metadata },
  ])
  await live.refresh()
}

describe('the trace of a scrub that was cut off', () => {
  test('says who asked and what was told, by an id that the list tells, and is no token', async (t) => {
    const scrubbing = await opened(t)
    const { asked } = await told(scrubbing)
    asked.destroy()
    const [trace] = await traces(scrubbing, 1)
    const { scrubId, operator } = trace?.data ?? {}
    assert.partialDeepStrictEqual(trace?.data, { purpose: 'news', channel: 'email', count: 1, allowed: 1, cutOff: true })
    assert.equal(operator, scrubbing.world.live.operator(hashKey(keyOf('marketing')))?.operatorId)
    await project(scrubbing.world)
    const { scrubs } = Scrubs.parse((await scrubbing.world.ask('GET', '/v1/eligibility/scrubs', 'auditor')).json)
    assert.deepEqual(
      scrubs.map(({ id, cutOff, count }) => [id, cutOff, count]),
      [[scrubId, true, 1]],
    )
  })

  test('is there before the store of a stopping process is closed', async (t) => {
    const scrubbing = await opened(t)
    const { asked } = await told(scrubbing)
    asked.destroy()
    await scrubbing.world.app.close()
    assert.equal((await recorded(scrubbing)).length, 1)
  })

  test('is not there where no verdict left', async (t) => {
    const scrubbing = await opened(t)
    const packed = { headers: { 'content-encoding': 'gzip' } }
    assert.equal((await send(scrubbing, Buffer.from('no gzip'), packed)).status, 400)
    assert.equal((await send(scrubbing, gzipSync('\n\n').subarray(0, -4), packed)).status, 400)
    const asked = begin(scrubbing)
    asked.on('error', () => {})
    asked.write('\n')
    const arrived = once(scrubbing.world.app.server, 'request')
    await arrived
    asked.destroy()
    await scrubbing.world.app.close()
    assert.deepEqual(await recorded(scrubbing), [])
  })

  test('is the whole scrub where the client went with the last line on its way: one event, no acknowledgement', async (t) => {
    const [appending, going] = [new EventEmitter(), new EventEmitter()]
    const storeOver = (store: EventStore): EventStore => ({
      append: async (stream, revision, events) => {
        const isGone = once(going, 'gone')
        appending.emit('asked')
        await isGone
        return store.append(stream, revision, events)
      },
      readStream: (stream, page) => store.readStream(stream, page),
      readAll: (page) => store.readAll(page),
      subscribeAll: (from, signal) => store.subscribeAll(from, signal),
      head: () => store.head(),
      close: () => store.close(),
    })
    const scrubbing = await opened(t, { storeOver })
    scrubbing.world.app.server.on('request', (_, response: ServerResponse) => response.once('close', () => going.emit('gone')))
    const { asked } = await told(scrubbing, { query: 'purpose=news&channel=email&recipient=mailer' })
    const isRecording = once(appending, 'asked')
    asked.end(listOf('bruno'))
    await isRecording
    asked.destroy()
    const [event, ...others] = await traces(scrubbing, 1)
    await scrubbing.world.app.close()
    assert.deepEqual([event?.data['count'], event?.data['cutOff'], others], [2, undefined, []])
    assert.equal((await recorded(scrubbing)).length, 1)
    assert.deepEqual(await scrubbing.world.readModel.acknowledgements('campo'), [])
  })
})

test('a key that was revoked gets no further answer, and no token', async (t) => {
  const scrubbing = await opened(t)
  const { asked, answer } = await told(scrubbing)
  await revoke(scrubbing.world, keyOf('marketing'))
  asked.end(listOf('bruno'))
  const { whole, bytes } = await hear(answer)
  assert.deepEqual([whole, bytes.toString()], [false, ''])
  const [trace] = await traces(scrubbing, 1)
  assert.deepEqual([trace?.data['count'], trace?.data['cutOff']], [1, true])
  await isLogged(scrubbing, 'The key of a scrub was revoked before its end.')
})

describe('what one list may take', () => {
  test('of the disk: more that waits than it may be is cut, and the log says why', async (t) => {
    const scrubbing = await opened(t, { scrubBounds: { spooled: 100_000, ratio: 100, unchecked: 2 ** 20 } })
    const stopTaking = stopper(scrubbing)
    const { asked, answer } = await told(scrubbing)
    stopTaking()
    asked.end(many(10_000))
    await isLogged(scrubbing, 'More of the answers waits to be taken than there is disk for.')
    assert.equal((await hear(answer)).whole, false)
    assert.equal((await traces(scrubbing, 1))[0]?.data['cutOff'], true)
  })
  test('unpacked: what becomes far more than came is cut, or refused before its first byte', async (t) => {
    const scrubbing = await opened(t, { scrubBounds: { spooled: 2 ** 30, ratio: 100, unchecked: 1000 } })
    const headers = { 'content-encoding': 'gzip', 'accept-encoding': 'identity' }
    const { status, bytes } = await send(scrubbing, gzipSync('\n'.repeat(1_000_000)), { headers })
    assert.deepEqual([status, Object(JSON.parse(bytes.toString())).code], [413, 'TOO_LARGE'])
    const asked = begin(scrubbing, { headers })
    asked.on('error', () => {})
    asked.write(gzipSync(listOf('anna')))
    const answer = await answerTo(asked)
    await once(answer, 'data')
    asked.end(gzipSync('x\n'.repeat(100_000)))
    assert.equal((await hear(answer)).whole, false)
    await isLogged(scrubbing, 'The list unpacks to more than a list of addresses does.')
    assert.equal((await traces(scrubbing, 1))[0]?.data['cutOff'], true)
  })
})

describe('a fault after which the process must stop, behind the first byte,', () => {
  const failing = (t: TestContext, until: () => Promise<void>) => {
    let answers = 1
    return opened(t, {
      vaultOver: (vault) => ({
        ...vault,
        findEach: async (controller, identifiers) => {
          if (answers-- > 0) return vault.findEach(controller, identifiers)
          await until()
          throw new LedgerError('DATA_CORRUPT', 'A page of the vault is not what was written.')
        },
      }),
    })
  }

  test('stops it: nothing more is recorded', async (t) => {
    const scrubbing = await failing(t, async () => {})
    const { asked, answer } = await told(scrubbing)
    asked.end(listOf('bruno'))
    assert.equal((await hear(answer)).whole, false)
    assert.equal(Object(await eventually(() => scrubbing.fatal[0])).code, 'DATA_CORRUPT')
    assert.deepEqual(await recorded(scrubbing), [])
  })

  test('stops it where the client has gone, too', async (t) => {
    const [asking, going] = [new EventEmitter(), new EventEmitter()]
    const scrubbing = await failing(t, async () => {
      const isGone = once(going, 'gone')
      asking.emit('asked')
      await isGone
    })
    scrubbing.world.app.server.on('request', (_, response: ServerResponse) => response.once('close', () => going.emit('gone')))
    const { asked } = await told(scrubbing)
    const isAsked = once(asking, 'asked')
    asked.write(listOf('bruno'))
    await isAsked
    asked.destroy()
    assert.equal(Object(await eventually(() => scrubbing.fatal[0])).code, 'DATA_CORRUPT')
  })
})
