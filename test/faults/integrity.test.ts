// A record that is not what was written: the process stops with its reason instead of going on.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'

test('an event that was tampered with ends the process that reads it, and says where', { timeout: 60_000 }, async () => {
  const where = place()
  try {
    const first = await LedgerProcess.start(where.data)
    const key = first.keys.sites['huttopia-fr']?.secret ?? ''
    const { json } = await request(first.url, 'POST', '/v1/consents', { key, idempotencyKey: 'one', body: signUp('visitor@example.org') })
    assert.equal((await first.stop()).code, 0)

    const db = new Database(join(where.data, 'events.sqlite'))
    const triggers = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all() as string[]
    for (const name of triggers) db.exec(`DROP TRIGGER ${name}`)
    const { changes } = db.prepare("UPDATE events SET data = '{' WHERE stream = ?").run(json.receipt.events[0]?.stream)
    db.close()
    assert.equal(changes, 1)

    // If it was not sealed before the stop, the sequencer reads it, perhaps before anybody can ask.
    const second = new LedgerProcess(where.data)
    const answers = await second.answering().catch(() => null)
    const path = `/v1/subjects/${json.receipt.subjectId}/state`
    if (answers !== null) await request(answers.url, 'GET', path, { key: second.keys.operators.legal }).catch(() => null)
    const { code, output } = await second.ended
    assert.equal(code, 70)
    assert.match(output, /The ledger stopped\. (INTEGRITY|DATA_CORRUPT): /)
    assert.doesNotMatch(output, /visitor@example\.org/)
  } finally {
    where.remove()
  }
})
