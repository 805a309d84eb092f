// A corrupt, foreign, rolled-back, newer or locked data directory, a wrong or missing master key: the start is refused, and says why.
import assert from 'node:assert/strict'
import { closeSync, cpSync, openSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'

const addActs = async (data: string, acts: number): Promise<void> => {
  const ledger = await LedgerProcess.start(data)
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  for (let n = 0; n < acts; n++) {
    const reply = await request(ledger.url, 'POST', '/v1/consents', {
      key,
      idempotencyKey: crypto.randomUUID(),
      body: signUp(`visitor-${n}@example.org`),
    })
    assert.equal(reply.status, 201, reply.text)
  }
  await ledger.stop()
}

/** Directories of a ledger that has recorded a few acts and was stopped in order. */
type Place = ReturnType<typeof place>

/** Two ledgers that differ in everything that is random; each test works on copies. */
const settledLedgers: Promise<[Place, Place]> = (async () => {
  const both: [Place, Place] = [place(), place()]
  await Promise.all(both.map(({ data }) => addActs(data, 40)))
  return both
})()
after(async () => (await settledLedgers).forEach((settled) => settled.remove()))

/** A copy of the first of them, or of the second. */
const settled = async (t: TestContext, which: 0 | 1 = 0): Promise<Place> => {
  const from = (await settledLedgers)[which]
  const to = place()
  t.after(to.remove)
  for (const part of ['data', 'keys'] as const) cpSync(from[part], to[part], { recursive: true })
  return to
}

const demandRefusal = async (data: string, code: string, says: RegExp): Promise<void> => {
  const { code: exit, output } = await LedgerProcess.refused(data)
  assert.equal(exit, 70, output)
  assert.match(output, new RegExp(code))
  assert.match(output, says)
  assert.doesNotMatch(output, /Ready at/)
}

for (const [file, named] of [
  ['events.sqlite', /events\.sqlite/],
  ['vault.sqlite', /vault/],
  ['readmodel.sqlite', /read ?model/i],
] as const) {
  test(`a corrupt ${file}`, async (t) => {
    const { data } = await settled(t)
    const handle = openSync(join(data, file), 'r+')
    writeSync(handle, Buffer.alloc(4096, 0x5a), 0, 4096, 0)
    closeSync(handle)
    await demandRefusal(data, 'DATA_CORRUPT', named)
  })
}

test('an event file cut short', async (t) => {
  const { data } = await settled(t)
  truncateSync(join(data, 'events.sqlite'), 8192)
  await demandRefusal(data, 'DATA_CORRUPT', /events\.sqlite/)
})

test('a vault of another ledger', async (t) => {
  const [ours, theirs] = [await settled(t), await settled(t, 1)]
  for (const end of ['', '-wal', '-shm']) rmSync(join(ours.data, `vault.sqlite${end}`), { force: true })
  cpSync(join(theirs.data, 'vault.sqlite'), join(ours.data, 'vault.sqlite'))
  await demandRefusal(ours.data, 'DATA_FOREIGN|MASTER_KEY_WRONG', /vault/)
})

test('a read model of another ledger', async (t) => {
  const [ours, theirs] = [await settled(t), await settled(t, 1)]
  cpSync(join(theirs.data, 'readmodel.sqlite'), join(ours.data, 'readmodel.sqlite'))
  await demandRefusal(ours.data, 'DATA_FOREIGN', /read ?model/i)
})

test('a vault that is gone while the events are there', async (t) => {
  const { data } = await settled(t)
  for (const end of ['', '-wal', '-shm']) rmSync(join(data, `vault.sqlite${end}`), { force: true })
  await demandRefusal(data, 'DATA_', /vault\.sqlite/)
})

test('an event file from before: older than what was acknowledged', async (t) => {
  const { data } = await settled(t)
  cpSync(join(data, 'events.sqlite'), join(data, 'old'))
  await addActs(data, 5)
  renameSync(join(data, 'old'), join(data, 'events.sqlite'))
  await demandRefusal(data, 'DATA_ROLLED_BACK', /events\.sqlite ends at position \d+, but \d+ was reached/)
})

test('a whole data directory from before', async (t) => {
  const { data } = await settled(t)
  cpSync(data, `${data}.old`, { recursive: true })
  await addActs(data, 5)
  rmSync(data, { recursive: true })
  renameSync(`${data}.old`, data)
  await demandRefusal(data, 'DATA_ROLLED_BACK', /vault\.sqlite holds \d+ acts/)
})

test('a format newer than this program', async (t) => {
  const { data } = await settled(t)
  const db = new Database(join(data, 'events.sqlite'))
  db.prepare('UPDATE meta SET formatVersion = 99').run()
  db.close()
  await demandRefusal(data, 'DATA_TOO_NEW', /99/)
})

test('a master key that is not this ledger’s', async (t) => {
  const [ours, theirs] = [await settled(t), await settled(t, 1)]
  cpSync(join(theirs.keys, 'master.key'), join(ours.keys, 'master.key'))
  await demandRefusal(ours.data, 'MASTER_KEY_WRONG', /bring back/i)
})

test('a master key that is gone is never replaced by a new one', async (t) => {
  const { data, keys } = await settled(t)
  const before = readFileSync(join(keys, 'master.key'), 'utf8')
  rmSync(join(keys, 'master.key'))
  await demandRefusal(data, 'MASTER_KEY_WRONG', /missing/)
  writeFileSync(join(keys, 'master.key'), before, { mode: 0o600 })
  await addActs(data, 1)
})

test('a second process on the same directory', async (t) => {
  const { data } = await settled(t)
  const first = await LedgerProcess.start(data)
  await demandRefusal(data, 'DATA_LOCKED', /another process/i)
  assert.equal((await request(first.url, 'GET', '/readyz')).status, 200)
  await first.stop()
})

test('a misspelt setting is named', async (t) => {
  const where = place()
  t.after(where.remove)
  const { code, output } = await LedgerProcess.refused(where.data, { LEDGER_PROT: '8080' })
  assert.equal(code, 70)
  assert.match(output, /SETTING_INVALID: LEDGER_PROT/)
})
