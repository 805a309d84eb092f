// The double going wrong on demand: what the real client sees of each fault, and what stands in the log after it.
import { EventStoreDBClient, NO_STREAM, START, TimeoutError } from '@eventstore/db-client'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { type EventStoreDouble, type FaultName, startEventStoreDouble } from '../harness/eventstoredb/index.ts'
import { all, counted, eventually, failureOf, newStream, numbersIn } from './facts/target.ts'

let double: EventStoreDouble
let client: EventStoreDBClient
let stream: string

before(async () => {
  double = await startEventStoreDouble()
})
after(() => double.stop())
beforeEach(async () => {
  client = EventStoreDBClient.connectionString(double.url)
  stream = newStream()
  await client.appendToStream(stream, counted(0), { expectedRevision: NO_STREAM })
})
afterEach(() => client.dispose())

const append = (n: number): Promise<unknown> => client.appendToStream(stream, counted(n), { expectedRevision: 0n })
/** What stands in the stream, asked by a client that met no fault. */
const standing = async (): Promise<number[]> => {
  await client.dispose()
  client = EventStoreDBClient.connectionString(double.url)
  return numbersIn(client, stream)
}

describe('an append', () => {
  const answers: [FaultName, type: string, code: number | undefined, stands: boolean][] = [
    ['refuse', 'unknown', undefined, false],
    ['fail', 'unknown', undefined, false],
    ['denied', 'access-denied', undefined, false],
    ['wrongPassword', 'access-denied', 16, false],
    ['dropBefore', 'unavailable', 14, false],
    ['dropAfterApplying', 'unavailable', 14, true],
    ['failAfterApplying', 'unknown', undefined, true],
    ['timeoutAfterApplying', 'deadline-exceeded', undefined, true],
  ]
  for (const [name, type, code, stands] of answers)
    it(`that meets ${name} fails as ${type}, and ${stands ? 'stands' : 'does not stand'}`, async () => {
      double.faults.next('append', name)
      const failure = await failureOf(append(1))
      assert.deepEqual([failure['type'], failure['code']], [type, code])
      assert.deepEqual(await standing(), stands ? [0, 1] : [0])
    })

  it('that is refused says that the server is not ready', async () => {
    double.faults.next('append', 'refuse')
    assert.equal((await failureOf(append(1)))['message'], 'Could not recognize Server Is Not Ready')
  })

  for (const [name, stands] of [
    ['silent', false],
    ['silentAfterApplying', true],
  ] as const)
    it(`that meets ${name} is never answered, and ${stands ? 'stands' : 'does not stand'}`, async () => {
      const plan = double.faults.next('append', name)
      let isAnswered = false
      const unanswered = append(1).finally(() => (isAnswered = true))
      const ended = assert.rejects(unanswered)
      await plan.met
      // The shared stream answers in order of what is done: an answer to a later append is one that the first has not had.
      await client.appendToStream(newStream(), counted(9))
      assert.equal(isAnswered, false)
      assert.deepEqual(await standing(), stands ? [0, 1] : [0])
      await ended
    })

  it('that is late is applied and answered when it is released', async () => {
    const plan = double.faults.next('append', 'late')
    const late = append(1)
    await plan.met
    assert.deepEqual(await numbersIn(client, stream), [0])
    plan.release()
    await late
    assert.deepEqual(await numbersIn(client, stream), [0, 1])
  })

  it('that times out lands when it is released, after any read that did not find it', async () => {
    const plan = double.faults.next('append', 'timeout')
    assert.equal((await failureOf(append(1)))['type'], 'deadline-exceeded')
    assert.deepEqual(await numbersIn(client, stream), [0])
    plan.release()
    await eventually(async () => assert.deepEqual(await numbersIn(client, stream), [0, 1]))
  })

  it('that is sent again before the first one lands stands once', async () => {
    const event = counted(1)
    const plan = double.faults.next('append', 'timeout')
    const send = (): Promise<unknown> => client.appendToStream(stream, event, { expectedRevision: 0n })
    await assert.rejects(send())
    await send()
    plan.release()
    await client.appendToStream(newStream(), counted(9))
    assert.deepEqual(await numbersIn(client, stream), [0, 1])
  })

  it('with its own credentials times out with code 10', async () => {
    double.faults.next('append', 'timeoutAfterApplying')
    const failure = await failureOf(client.appendToStream(stream, counted(1), { credentials: { username: 'a', password: 'b' } }))
    assert.deepEqual([failure['name'], failure['code']], [TimeoutError.name, 10])
  })

  it('on a full disk times out and brings the server down; nothing of it stands when it is started again', async () => {
    double.faults.next('append', 'diskFull')
    assert.equal((await failureOf(append(1)))['type'], 'deadline-exceeded')
    await eventually(async () => assert.equal((await failureOf(append(1)))['type'], undefined))
    await double.restart()
    await eventually(async () => assert.deepEqual(await numbersIn(client, stream), [0]))
  })
})

describe('a read', () => {
  const read = (): Promise<unknown[]> => all(client.readStream(stream))
  const failures: [FaultName, type: string, code: number][] = [
    ['refuse', 'unavailable', 14],
    ['fail', 'unknown', 2],
    ['denied', 'access-denied', 7],
    ['wrongPassword', 'access-denied', 16],
    ['dropBefore', 'unavailable', 14],
    ['dropMidway', 'unavailable', 14],
  ]
  for (const [name, type, code] of failures)
    it(`that meets ${name} fails as ${type}`, async () => {
      double.faults.next('read', name)
      const failure = await failureOf(read())
      assert.deepEqual([failure['type'], failure['code']], [type, code])
    })

  it('that is dropped midway has given what it says before', async () => {
    await client.appendToStream(stream, [counted(1), counted(2), counted(3)])
    double.faults.next('read', 'dropMidway', { after: 2 })
    const seen: number[] = []
    const reading = client.readStream(stream)
    reading.on('data', () => seen.push(1))
    await once(reading, 'error')
    assert.ok(seen.length <= 2)
  })

  it('that is late gives what is there when it is released', async () => {
    const plan = double.faults.next('read', 'late')
    const late = numbersIn(client, stream)
    await plan.met
    await append(1)
    plan.release()
    assert.deepEqual(await late, [0, 1])
  })
})

describe('a subscription', () => {
  it('that meets tooSlow is thrown out after so many events, code 10', async () => {
    await append(1)
    double.faults.next('subscribe', 'tooSlow', { after: 1 })
    const subscription = client.subscribeToStream(stream, { fromRevision: START })
    const seen: unknown[] = []
    subscription.on('data', (event) => seen.push(event))
    const [error] = await once(subscription, 'error')
    assert.deepEqual([error.type, error.code, seen.length], ['timeout', 10, 1])
    assert.match(error.message, /Consumer too slow to handle event while live/)
  })

  it('is thrown out while it waits, and is not served any more', async () => {
    const subscription = client.subscribeToStream(stream).resume()
    await once(subscription, 'caughtUp')
    assert.equal(double.openSubscriptions, 1)
    double.throwOutSubscriptions()
    const [error] = await once(subscription, 'error')
    assert.deepEqual([error.type, double.openSubscriptions], ['timeout', 0])
  })

  for (const how of ['cutConnections', 'cutSubscriptions'] as const)
    it(`meets ${how} with an error, no end and no close`, async () => {
      const subscription = client.subscribeToStream(stream).resume()
      await once(subscription, 'caughtUp')
      const said: string[] = []
      for (const name of ['end', 'close']) subscription.on(name, () => said.push(name))
      double[how]()
      const [error] = await once(subscription, 'error')
      assert.deepEqual([error.type, error.code, said], ['unavailable', 14, []])
    })

  it('whose live reader stands still is thrown out by the buffer of the server', async () => {
    const subscription = client.subscribeToStream(stream)
    subscription.resume()
    await once(subscription, 'caughtUp')
    subscription.pause()
    const thrownOut = once(subscription, 'error')
    const big = 'x'.repeat(100_000)
    for (let n = 0; n < 200 && double.openSubscriptions > 0; n += 1)
      await client.appendToStream(stream, { ...counted(n), data: { n, big } })
    assert.equal(double.openSubscriptions, 0)
    // It hears of it when it reads on.
    subscription.resume()
    const [error] = await thrownOut
    assert.equal(error.type, 'timeout')
  })

  it('that is left by its reader is not served any more', async () => {
    const subscription = client.subscribeToStream(stream).resume()
    await once(subscription, 'caughtUp')
    await subscription.unsubscribe()
    await eventually(async () => assert.equal(double.openSubscriptions, 0))
  })
})

describe('the server', () => {
  it('killed in the middle: unavailable, then no connection without a type, then what was there', async () => {
    const plan = double.faults.next('append', 'late')
    const pending = failureOf(append(1))
    await plan.met
    await double.kill()
    const first = await pending
    assert.deepEqual([first['type'], first['code']], ['unavailable', 14])
    assert.match(String(first['message']), /ECONNRESET/)
    const second = await failureOf(append(1))
    assert.deepEqual([second['type'], second['code']], [undefined, 14])
    assert.match(String(second['message']), /No connection established/)
    await double.start()
    plan.release()
    // The same client finds it again by itself.
    await eventually(async () => assert.deepEqual(await numbersIn(client, stream), [0]))
  })

  it('while it starts says that it is not ready, to appends and to reads', async () => {
    double.ready = false
    const [appended, read] = [await failureOf(append(1)), await failureOf(all(client.readStream(stream)))]
    double.ready = true
    assert.deepEqual([appended['type'], appended['message']], ['unknown', 'Could not recognize Server Is Not Ready'])
    assert.deepEqual([read['type'], read['message']], ['unavailable', '14 UNAVAILABLE: Server Is Not Ready'])
    await client.dispose()
  })

  it('forgets, when it starts again, which ids it saw: any revision appends them twice, an exact one does not', async () => {
    const event = counted(1)
    const exactly = async (): Promise<unknown> => client.appendToStream(stream, event, { expectedRevision: 0n })
    await exactly()
    await client.appendToStream(stream, event)
    await double.restart()
    await eventually(async () => assert.deepEqual(await numbersIn(client, stream), [0, 1]))
    await exactly()
    await client.appendToStream(stream, event)
    assert.deepEqual(await numbersIn(client, stream), [0, 1, 1])
  })
})

describe('a plan', () => {
  it('is for so many calls, and for one stream', async () => {
    const other = newStream()
    double.faults.next('append', 'fail', { times: 2, stream: other })
    await append(1)
    await assert.rejects(client.appendToStream(other, counted(1)))
    await assert.rejects(client.appendToStream(other, counted(1)))
    await client.appendToStream(other, counted(1))
  })

  it('counts the calls that arrive, and tells when', async () => {
    const before = double.faults.arrived.append
    const arrival = double.faults.arrival('append', 2)
    await append(1)
    await client.appendToStream(stream, counted(2))
    await arrival
    assert.equal(double.faults.arrived.append, before + 2)
  })

  it('is cleared', async () => {
    double.faults.next('append', 'fail', { times: 9 })
    double.faults.clear()
    await append(1)
  })
})
