// Nobody changes the record through the file, however they try: the file itself refuses, and what was forced in is noticed.
import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { beginning } from '@consent-ledger/eventstore'
import type { SqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { events, wholeStore } from '../../src/conformance/setting.ts'
import { openForReading } from '../../src/sqlite/connection.ts'
import { newDirectory, openIn } from './directory.ts'

const attacked = async (t: TestContext): Promise<{ store: SqliteEventStore; attacker: Database.Database }> => {
  const { directory, file, remove } = newDirectory()
  const store = await openIn(directory)
  await store.append('s', beginning, events(3))
  await store.append('t', beginning, events(3))
  const attacker = new Database(file)
  t.after(async () => {
    attacker.close()
    await store.close()
    remove()
  })
  return { store, attacker }
}

const refusals: [attack: string, refusal: RegExp][] = [
  ["UPDATE events SET data = '{}' WHERE position = 1", /never change/],
  ['UPDATE events SET revision = revision + 1', /never change/],
  ["UPDATE OR REPLACE events SET stream = 't' WHERE stream = 's'", /never change/],
  ['DELETE FROM events WHERE position = 5', /never vanish/],
  ['DELETE FROM events', /never vanish/],
  ["INSERT OR REPLACE INTO events VALUES (1, 's', 1, 'x', 'ConsentRefused', '{}', '{}')", /only grow/],
  ["INSERT OR REPLACE INTO events VALUES (9, 's', 1, 'x', 'ConsentRefused', '{}', '{}')", /only grow/],
  ["INSERT OR REPLACE INTO events VALUES (1, 's', 3, 'x', 'ConsentRefused', '{}', '{}')", /only grow/],
  ["REPLACE INTO events SELECT position, stream, revision, id, type, '{}', metadata FROM events", /only grow/],
  ["INSERT INTO events VALUES (9, 's', 4, 'x', 'ConsentGiven', '{}', '{}')", /only grow/],
  ["INSERT INTO events VALUES (9, 'u', 1, 'x', 'ConsentGiven', '{}', '{}')", /only grow/],
  ["INSERT INTO events VALUES (-5, 'u', 0, 'x', 'ConsentGiven', '{}', '{}')", /only grow/],
  ["INSERT INTO events VALUES (9, 's', 1, 'x', 'ConsentGiven', '{}', '{}') ON CONFLICT DO UPDATE SET data = '{}'", /only grow/],
]

it('whatever is tried on the file through SQLite, the file refuses and the record stays', async (t) => {
  const { store, attacker } = await attacked(t)
  const before = await wholeStore(store)
  for (const [attack, refusal] of refusals) {
    assert.throws(() => attacker.exec(attack), refusal, attack)
    assert.deepEqual(await wholeStore(store), before, attack)
  }
})

it('what runs beside the writer holds a connection that cannot write', async (t) => {
  const { directory, file, remove } = newDirectory()
  await (await openIn(directory)).close()
  const db = openForReading(file)
  t.after(() => {
    db.close()
    remove()
  })
  assert.throws(() => db.exec("INSERT INTO events VALUES (0, 's', 0, 'x', 'ConsentGiven', '{}', '{}')"), { code: 'SQLITE_READONLY' })
})

it('a row taken out behind the triggers is a gap, which stops whoever reads the stream', async (t) => {
  const { store, attacker } = await attacked(t)
  attacker.exec("DROP TRIGGER eventsNeverVanish; DELETE FROM events WHERE stream = 's' AND revision = 1")
  await assert.rejects(store.readStream('s', { after: beginning, limit: 10 }), {
    code: 'INTEGRITY',
    message: /no revision 1 but a revision 2/,
  })
  await assert.rejects(store.readStream('s', { after: 0n, limit: 10 }), { code: 'INTEGRITY' })
  assert.equal((await store.readStream('t', { after: beginning, limit: 10 })).length, 3)
})

it('a row that is not JSON any more stops whoever reads it', async (t) => {
  const { store, attacker } = await attacked(t)
  attacker.exec('DROP TRIGGER eventsNeverChange; UPDATE events SET data = \'{"decision": \' WHERE position = 4')
  await assert.rejects(store.readAll({ after: 1n, limit: 10 }), { code: 'INTEGRITY', message: /position 4/ })
  await assert.rejects(store.readStream('t', { after: beginning, limit: 10 }), { code: 'INTEGRITY' })
})
