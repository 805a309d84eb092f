// The key that signs statements: made once, named in the log before it signs, and refused where it is not the one that was named.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { randomUUID } from 'node:crypto'
import { iso, ledgerStream } from '@consent-ledger/domain'
import { openLive } from '@consent-ledger/edge'
import { beginning } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { SealedLog } from '@consent-ledger/logfiles/conformance'
import { generateKey, openNote, parseVkey, signNote } from '@consent-ledger/tlog'
import { openStatementKey, type StatementKeyOpening } from '../src/index.ts'
import { start } from './world.ts'

const opening = async (t: TestContext, begun = true): Promise<StatementKeyOpening & { file: string }> => {
  const keys = mkdtempSync(join(tmpdir(), 'keys-'))
  const store = new MemoryEventStore()
  const clock = (): number => start
  const [key] = new SealedLog().introduced()
  const metadata = {
    schemaVersion: 1,
    recordedAt: iso(start),
    writer: { kind: 'system', id: 'test', trust: 'system' },
    actId: randomUUID(),
  } as const
  const created = { type: 'LedgerCreated', data: { ledgerId: randomUUID(), masterKeyCheck: 'a'.repeat(64) } }
  const facts = key !== undefined && begun ? [created, key] : [created]
  await store.append(
    ledgerStream,
    beginning,
    facts.map((fact) => ({ id: randomUUID(), ...fact, metadata })),
  )
  const live = await openLive({ store, clock, intervalMs: 60_000 })
  t.after(async () => {
    await live.close()
    rmSync(keys, { recursive: true, force: true })
  })
  return { keys, live, store, clock, file: join(keys, 'statement.key') }
}

test('a first start makes it for its owner alone, under the name of the log, and names it in the log', async (t) => {
  const given = await opening(t)
  const signer = await openStatementKey(given)
  assert.equal(signer.name, 'ledger.example.org/statements')
  assert.equal(statSync(given.file).mode & 0o777, 0o600)
  assert.deepEqual(
    given.live.ledger().statementKeys.map(({ vkey }) => vkey),
    [signer.vkey],
  )
  const note = signNote('what the ledger states\n', signer)
  assert.equal(openNote(note, [parseVkey(signer.vkey)]).text, 'what the ledger states\n')
})

test('a later start opens the same and adds nothing', async (t) => {
  const given = await opening(t)
  const { vkey } = await openStatementKey(given)
  const head = await given.store.head()
  assert.equal((await openStatementKey(given)).vkey, vkey)
  assert.equal(await given.store.head(), head)
})

test('a key whose file is gone is not made anew behind the back of the log', async (t) => {
  const given = await opening(t)
  await openStatementKey(given)
  rmSync(given.file)
  await assert.rejects(openStatementKey(given), { code: 'SIGNING_KEY_WRONG' })
})

test('another key in its place is the next one, and the log says so', async (t) => {
  const given = await opening(t)
  const first = await openStatementKey(given)
  const { skey, vkey } = generateKey(first.name)
  writeFileSync(given.file, `${skey}\n`, { mode: 0o600 })
  assert.equal((await openStatementKey(given)).vkey, vkey)
  assert.deepEqual(
    given.live.ledger().statementKeys.map((known) => known.vkey),
    [first.vkey, vkey],
  )
})

test('before the log has a key there is no name for this one', async (t) => {
  await assert.rejects(openStatementKey(await opening(t, false)), { code: 'NOT_READY' })
})
