// A stop in order: what is under way is answered, what was acknowledged is there, what is there was acknowledged.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request as ask } from 'node:http'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { LedgerProcess, place, request, signUp, type Body } from '../harness/ledger.ts'

const start = async (t: TestContext): Promise<{ ledger: LedgerProcess; data: string; key: string }> => {
  const { data, remove } = place()
  t.after(remove)
  const ledger = await LedgerProcess.start(data)
  t.after(() => ledger.stop('SIGKILL'))
  return { ledger, data, key: ledger.keys.sites['huttopia-fr']?.secret ?? '' }
}

/** Ids of the acts of which the store holds events, written by the site. */
const recordedActs = async (data: string): Promise<Set<string>> => {
  const store = await openSqliteEventStore({ directory: data, onFatal: (fault) => assert.fail(String(fault)) })
  const acts = new Set<string>()
  for (let after = -1n; ;) {
    const page = await store.readAll({ after, limit: 1000 })
    if (page.length === 0) break
    for (const { stream, metadata } of page) if (stream.startsWith('subject-')) acts.add(metadata.actId)
    after = page.at(-1)?.position ?? after
  }
  await store.close()
  return acts
}

test('SIGTERM under load: what was recorded was acknowledged, and the other way round', { timeout: 60_000 }, async (t) => {
  const { ledger, data, key } = await start(t)
  const acknowledged = new Set<string>()
  const post = async (): Promise<boolean> => {
    const reply = await request(ledger.url, 'POST', '/v1/consents', {
      key,
      idempotencyKey: randomUUID(),
      body: signUp(`${randomUUID()}@example.org`),
    }).catch(() => null)
    if (reply?.status === 201) acknowledged.add(reply.json.receipt.id)
    else if (reply) assert.equal(reply.status, 503, reply.text)
    return reply !== null
  }
  const load = async (): Promise<void> => {
    while (await post());
  }
  const loads = Array.from({ length: 16 }, load)
  while (acknowledged.size < 200) await pause(1)
  const { code } = await ledger.stop()
  await Promise.all(loads)
  assert.equal(code, 0)
  assert.deepEqual(await recordedActs(data), acknowledged)
})

test('a request whose head was read before the stop is answered after it, whole', { timeout: 60_000 }, async (t) => {
  const { ledger, data, key } = await start(t)
  const items = Array.from({ length: 1000 }, (_, n) => ({ idempotencyKey: `item-${n}`, ...signUp(`visitor-${n}@example.org`) }))
  const content = JSON.stringify({ items })
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    expect: '100-continue',
  }
  const outgoing = ask(`${ledger.url}/v1/consents/batch`, { method: 'POST', headers })
  const answer = new Promise<{ status: number; body: Body }>((resolve, reject) => {
    outgoing.once('error', reject).once('response', (reply) => {
      const parts: Buffer[] = []
      reply.on('data', (part: Buffer) => parts.push(part)).once('error', reject)
      reply.once('end', () => resolve({ status: reply.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString('utf8')) as Body }))
    })
  })
  const underWay = new Promise<void>((resolve) => outgoing.once('continue', resolve))
  outgoing.flushHeaders()
  await underWay
  const stopping = ledger.says(/^Stopping/)
  const ended = ledger.stop()
  await stopping
  await assert.rejects(request(ledger.url, 'GET', '/livez'), 'nobody new is let in')
  outgoing.end(content)
  const { status, body } = await answer
  assert.equal(status, 200)
  assert.deepEqual(new Set(body.results.map((result) => result.status)), new Set([201]))
  assert.equal((await ended).code, 0)
  assert.deepEqual(await recordedActs(data), new Set(body.results.map(({ receipt }) => receipt.id)))
})
