// The line to EventStoreDB: what its connection string may say, who shares it, what breaks on it, and how it ends.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { describe, it } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { startEventStoreDouble } from '../harness/eventstoredb/index.ts'
import { openFaultyLine } from '../harness/faultyLine.ts'
import { event, events, failure, idsOf, little, patience, streamOf, withDouble } from './esdbSetting.ts'

const onFatal = (fault: Error): void => {
  throw fault
}
const open = (url: string, given = little) => openEsdbEventStore({ url, onFatal, patience: given })

describe('a connection string', () => {
  const secret = 'wh1sper'
  const refused = {
    'of something else': `postgres://ledger:${secret}@db.example.org`,
    'that is none': `esdb://ledger:${secret}@`,
    'with an option that the client does not know, which it would print with the whole string': `esdb://ledger:${secret}@127.0.0.1:1?tls=false&tlsverify=1`,
    'that takes failed appends for successes': `esdb://ledger:${secret}@127.0.0.1:1?tls=false&throwOnAppendFailure=false`,
    'in other letters': `esdb://ledger:${secret}@127.0.0.1:1?tls=false&Throw_On-Append-Failure=false`,
    'that verifies nothing, which the client does not do and says with the whole string': `esdb://ledger:${secret}@127.0.0.1:1?tlsVerifyCert=false`,
    'with a certificate that is not there': `esdb://ledger:${secret}@127.0.0.1:1?tlsCAFile=/nowhere/ca.crt`,
  }
  for (const [what, url] of Object.entries(refused))
    it(`${what} is refused, and nothing of it is said`, async (t) => {
      const said = (['warn', 'log', 'error'] as const).map((name) => t.mock.method(console, name, () => {}))
      const error = await open(url).catch((reason: unknown) => reason)
      assert.ok(error instanceof LedgerError && error.code === 'SETTING_INVALID')
      assert.match(error.message, /^EVENTSTORE_URL: /)
      assert.ok(![error.message, String(error.cause), JSON.stringify(said.map(({ mock }) => mock.calls))].join().includes(secret))
    })

  it('has TLS, the authority and the account in it; wrong ones are told without them', async () => {
    const double = await startEventStoreDouble({ secure: true })
    try {
      const store = await open(double.urlOf('admin', 'changeit'))
      assert.equal((await store.append('s', beginning, events(1))).length, 1)
      await store.close()
      const denied = { ...failure('STORE_UNAVAILABLE'), message: /refuses the account/ }
      await assert.rejects(open(double.urlOf('admin', 'wh1sper')), denied)
      await assert.rejects(open(double.urlOf('nobody', 'changeit')), denied)
      await assert.rejects(open(double.urlOf('ops', 'changeit')), denied)
      const distrusting = double.url.replace(/&tlsCAFile=.*/, '')
      await assert.rejects(open(distrusting), { ...failure('STORE_UNAVAILABLE'), message: /certificate that is not trusted/ })
    } finally {
      await double.stop()
    }
  })

  withDouble('names several nodes: the one that leads is found', async ({ double, store }) => {
    const [, address = ''] = /esdb:\/\/([^?]+)/.exec(double.url) ?? []
    await store.append('s', beginning, events(2))
    const cluster = await open(`esdb://${address},127.0.0.1:1?tls=false`, patience)
    try {
      assert.deepEqual(await streamOf(cluster, 's'), await streamOf(store, 's'))
      await double.restart()
      assert.equal((await cluster.append('s', 1n, events(1))).length, 1)
    } finally {
      await cluster.close()
    }
  })

  it('of a server that is not there is STORE_UNAVAILABLE', async () => {
    await assert.rejects(open('esdb://127.0.0.1:1?tls=false'), { ...failure('STORE_UNAVAILABLE'), message: /cannot be reached/ })
    const nowhere = 'esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=1'
    await assert.rejects(open(nowhere, patience), { ...failure('STORE_UNAVAILABLE'), message: /cannot be reached/ })
  })
})

describe('one process', () => {
  withDouble('has one connection for one string, until the last who opened it closes', async ({ double }, t) => {
    const line = await openFaultyLine(double.url)
    try {
      const [one, other] = [await open(line.url), await open(line.url)]
      await Promise.all([one.append('a', beginning, events(1)), other.append('b', beginning, events(1))])
      assert.equal(line.connections, 1)
      await one.close()
      await assert.rejects(one.head(), failure('STORE_UNAVAILABLE'))
      assert.equal((await other.append('b', 0n, events(1))).length, 1)
      await other.close()
      await t.waitFor(() => assert.equal(line.connections, 0))
    } finally {
      line.close()
    }
  })
})

describe('a line that breaks', () => {
  withDouble('cut again and again under load: nothing is lost, nothing doubled', async ({ double }) => {
    const line = await openFaultyLine(double.url)
    const store = await open(line.url, { ...patience, whole: 20_000 })
    try {
      const cuts = (async () => {
        for (let cut = 0; cut < 12; cut++) {
          await double.faults.arrival('append', 10)
          line.cut()
        }
      })()
      const acts = Array.from({ length: 120 }, () => events(2))
      const answers = await Promise.all(acts.map((act, n) => store.append(`s-${n % 40}-${Math.floor(n / 40)}`, beginning, act)))
      await cuts
      for (const [n, answer] of answers.entries()) {
        assert.deepEqual(idsOf(answer), idsOf(acts[n] ?? []))
        assert.deepEqual(answer, await streamOf(store, `s-${n % 40}-${Math.floor(n / 40)}`))
      }
      assert.equal((await store.readAll({ after: beginning, limit: 1_000 })).length, 240)
    } finally {
      await store.close()
      line.close()
    }
  })

  withDouble('while more waits to be sent than it takes: the process lives, and all of it is settled', async ({ double }) => {
    const line = await openFaultyLine(double.url)
    const store = await open(line.url, { ...patience, whole: 20_000, answer: 2_000 })
    try {
      await store.append('s', beginning, events(1))
      line.silence()
      const acts = Array.from({ length: 400 }, () => [event({ text: 'x'.repeat(20_000) })])
      const appending = Promise.all(acts.map((act, n) => store.append(`s-${n}`, beginning, act)))
      await new Promise(setImmediate)
      line.cut()
      await line.heal()
      assert.deepEqual((await appending).map(idsOf), acts.map(idsOf))
      assert.equal((await store.readAll({ after: beginning, limit: 1_000 })).length, 401)
    } finally {
      await store.close()
      line.close()
    }
  })

  withDouble('while the client looks for another node and finds none: the process lives', async ({ double }, t) => {
    // The nodes are asked for over the line, and the one found is reached without it.
    const line = await openFaultyLine(double.url)
    const [, address = ''] = /esdb:\/\/([^?]+)/.exec(line.url) ?? []
    const store = await open(`esdb://${address},127.0.0.1:1?tls=false&maxDiscoverAttempts=1&gossipTimeout=1`, { ...little, answer: 3_000 })
    try {
      await store.append('s', beginning, events(1))
      line.silence()
      double.faults.next('read', 'refuse')
      const looking = store.head()
      await t.waitFor(() => assert.equal(line.connections, 1))
      double.cutConnections()
      await assert.rejects(looking, failure('STORE_UNAVAILABLE'))
      await line.heal()
      assert.equal((await store.append('s', 0n, events(1))).length, 1)
    } finally {
      await store.close()
      line.close()
    }
  })

  withDouble('for reads only takes the appends along to the next one, and leaves none behind', async ({ double }, t) => {
    const line = await openFaultyLine(double.url)
    const store = await open(line.url, { ...patience, answer: 3_000 })
    try {
      await store.append('s', beginning, events(1))
      double.faults.next('read', 'refuse')
      await store.head()
      await store.append('s', 0n, events(1))
      await t.waitFor(() => assert.equal(line.connections, 1))
    } finally {
      await store.close()
      line.close()
    }
  })

  withDouble('frozen: calls end in our own time, and heal when it does', async ({ double }) => {
    const line = await openFaultyLine(double.url)
    const store = await open(line.url)
    const [act, unknown] = [events(1), failure('OUTCOME_UNKNOWN')]
    try {
      await store.append('s', beginning, events(1))
      line.silence()
      await assert.rejects(store.append('s', 0n, act), unknown)
      await assert.rejects(store.head(), failure('STORE_UNAVAILABLE'))
      await assert.rejects(streamOf(store, 's'), failure('STORE_UNAVAILABLE'))
      await line.heal()
      assert.deepEqual(idsOf(await store.append('s', 0n, act)), idsOf(act))
      assert.equal((await streamOf(store, 's')).length, 2)
    } finally {
      await store.close()
      line.close()
    }
  })
})

/** A port that leads wherever `to` says at the time: to another node under the same name. */
const openSwitch = async (to: () => string) => {
  const server = createServer((client) => {
    const [host, port] = (/esdb:\/\/([^?]+)/.exec(to())?.[1] ?? '').split(':')
    const line = connect(Number(port), host)
    pipeline(client, line, client, () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `esdb://127.0.0.1:${(server.address() as AddressInfo).port}?tls=false`, server }
}

describe('a node that lacks what another has shown', () => {
  withDouble('is not believed, and is no reason to stop', async ({ double }) => {
    const behind = await startEventStoreDouble()
    let node = double
    const { url, server } = await openSwitch(() => node.url)
    const store = await open(url, { ...patience, answer: 1_000 })
    try {
      const [recorded] = await store.append('s', beginning, events(1))
      node = behind
      double.cutConnections()
      await assert.rejects(store.head(), { ...failure('STORE_UNAVAILABLE'), message: /lacks what another has shown/ })
      node = double
      behind.cutConnections()
      assert.equal(await store.head(), recorded?.position)
    } finally {
      await store.close()
      server.close()
      await behind.stop()
    }
  })
})

describe('close', () => {
  withDouble('waits for an append that is being settled', async ({ double, store }) => {
    const lost = double.faults.next('append', 'silentAfterApplying')
    const act = events(2)
    const appending = store.append('s', beginning, act)
    await lost.met
    await store.close()
    assert.deepEqual(idsOf(await appending), idsOf(act))
  })

  withDouble('ends reads and subscriptions under way', async ({ double, store }) => {
    double.faults.next('read', 'silent', { times: 3 })
    const reading = streamOf(store, 's')
    const arrived = double.faults.arrival('read')
    const subscribed = store.subscribeAll({ after: beginning, limit: 1 }, new AbortController().signal)[Symbol.asyncIterator]().next()
    await arrived
    await Promise.all([store.close(), assert.rejects(reading, failure('STORE_UNAVAILABLE'))])
    assert.equal((await subscribed).done, true)
  })
})
