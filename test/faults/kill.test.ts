// kill -9 under load, 20 times: every acknowledged event is there, once, revisions contiguous, and the projector catches up.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import type { RecordedEvent } from '@consent-ledger/domain'
import { eventually, notReady } from '../harness/apart.ts'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'

type Acknowledged = { stream: string; revision: string; id: string }

/** Posts until the process is gone; what was answered with 2xx is kept with the key by which it can be asked for again. */
const load = async (
  ledger: LedgerProcess,
  people: string[],
  acknowledged: Map<string, { body: object; events: Acknowledged[] }>,
): Promise<void> => {
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  for (;;) {
    const idempotencyKey = randomUUID()
    const body = signUp(people[randomInt(people.length)] ?? '')
    try {
      const reply = await request(ledger.url, 'POST', '/v1/consents', { key, idempotencyKey, body })
      assert.equal(reply.status, 201, reply.text)
      acknowledged.set(idempotencyKey, { body, events: reply.json.receipt.events })
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return
    }
  }
}

const readAll = async (data: string): Promise<RecordedEvent[]> => {
  const store = await openSqliteEventStore({ directory: data, onFatal: (fault) => assert.fail(fault) })
  const events: RecordedEvent[] = []
  for (;;) {
    const page = await store.readAll({ after: events.at(-1)?.position ?? -1n, limit: 1000 })
    if (page.length === 0) break
    events.push(...page)
  }
  await store.close()
  return events
}

const demandWhole = (events: readonly RecordedEvent[], acknowledged: Map<string, { events: Acknowledged[] }>): void => {
  const next = new Map<string, bigint>()
  const ids = new Map<string, RecordedEvent>()
  for (const event of events) {
    assert.equal(event.revision, next.get(event.stream) ?? 0n, 'revisions are contiguous')
    next.set(event.stream, event.revision + 1n)
    assert.ok(!ids.has(event.id), 'no event stands twice')
    ids.set(event.id, event)
  }
  for (const { events: receipt } of acknowledged.values()) {
    for (const { id, stream, revision } of receipt) {
      const found = ids.get(id)
      assert.deepEqual([found?.stream, found?.revision.toString()], [stream, revision], 'what was acknowledged is there')
    }
  }
}

test('kill -9 under load, 20 times', { timeout: 300_000 }, async () => {
  const { data, remove } = place()
  const people = Array.from({ length: 40 }, (_, n) => `visitor-${n}@example.org`)
  const acknowledged = new Map<string, { body: object; events: Acknowledged[] }>()
  try {
    for (let round = 0; round < 20; round++) {
      const ledger = await LedgerProcess.start(data)
      const loads = Array.from({ length: 16 }, () => load(ledger, people, acknowledged))
      const before = acknowledged.size
      // Killed after a random number of acknowledgements, so that the moment falls anywhere in the line of an event.
      const enough = before + randomInt(20, 200)
      while (acknowledged.size < enough) await pause(1)
      await ledger.stop('SIGKILL')
      await Promise.all(loads)
    }
    demandWhole(await readAll(data), acknowledged)
    await demandAnswersAgain(data, acknowledged)
  } finally {
    remove()
  }
})

/** After the last start each key still gives its first answer, and the read model has caught up with the store. */
const demandAnswersAgain = async (data: string, acknowledged: Map<string, { body: object; events: Acknowledged[] }>): Promise<void> => {
  const ledger = await LedgerProcess.start(data)
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  for (const [idempotencyKey, { body, events }] of [...acknowledged].slice(-200)) {
    const reply = await request(ledger.url, 'POST', '/v1/consents', { key, idempotencyKey, body })
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(reply.json.receipt.events, events)
  }
  await eventually(() => notReady(ledger), (names) => names.length === 0) // prettier-ignore
  assert.equal((await ledger.stop()).code, 0)
}
