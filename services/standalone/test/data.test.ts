// The parts of a ledger's data, each there or not: what begins a ledger, what goes on with one, what is refused.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { decideLedgerMoved, ledgerAggregate } from '@consent-ledger/domain'
import { parseSettings, type Settings } from '@consent-ledger/edge'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { openKeyDirectory } from '@consent-ledger/vault'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'
import { startStandalone } from '../src/index.ts'

const settingsIn = (t: TestContext): Settings => {
  const root = mkdtempSync(join(tmpdir(), 'data-'))
  t.after(() => rmSync(root, { recursive: true }))
  return parseSettings({ LEDGER_DATA: join(root, 'data'), LEDGER_PORT: '0', LOG_LEVEL: 'silent' })
}
const fail = (fault: unknown): never => assert.fail(String(fault))
/** Whether the start was a first one; ended again. */
const start = async (settings: Settings): Promise<boolean> => {
  const ledger = await startStandalone({ settings, say: () => {}, onFatal: fail })
  await ledger.stop()
  return ledger.keys !== undefined
}
const remove = (settings: Settings, ...files: string[]): void => {
  for (const file of files) for (const end of ['', '-wal', '-shm']) rmSync(join(settings.data, `${file}${end}`), { force: true })
}

test('a start that ended between vault and ledger is taken up', async (t) => {
  const settings = settingsIn(t)
  mkdirSync(settings.data)
  const { kek } = openKeyDirectory(settings.keys, () => {})
  await (await openSqliteVault({ file: join(settings.data, 'vault.sqlite'), kek, clock: Date.now })).close()
  assert.equal(await start(settings), true)
  assert.equal(await start(settings), false)
})

test('events that are gone beside people who are there are not begun anew, with the mark or without', async (t) => {
  const settings = settingsIn(t)
  await start(settings)
  remove(settings, 'events.sqlite')
  const rolledBack = { code: 'DATA_ROLLED_BACK', message: /^events\.sqlite is missing or empty/ }
  await assert.rejects(start(settings), rolledBack)
  rmSync(join(settings.keys, 'high-water.json'))
  await assert.rejects(start(settings), rolledBack)
  rmSync(join(settings.keys, 'master.key'))
  await assert.rejects(start(settings), { code: 'MASTER_KEY_WRONG', message: /is missing/ })
  remove(settings, 'events.sqlite', 'vault.sqlite', 'readmodel.sqlite')
  await assert.rejects(start(settings), rolledBack, 'the log is what is left of a ledger')
  rmSync(settings.log, { recursive: true })
  await assert.rejects(start(settings), { code: 'DATA_ROLLED_BACK', message: /log\.head in the key directory/ })
  remove(settings, 'events.sqlite', 'vault.sqlite', 'readmodel.sqlite')
  rmSync(settings.keys, { recursive: true })
  assert.equal(await start(settings), true)
})

test('a ledger that was moved does not start where it was', async (t) => {
  const settings = settingsIn(t)
  await start(settings)
  const store = await openSqliteEventStore({ directory: settings.data, onFatal: fail })
  const writer = { kind: 'system', id: 'test', trust: 'system' } as const
  const act = { actId: randomUUID(), writer }
  const decide = (ledger: Parameters<typeof decideLedgerMoved>[0]) => decideLedgerMoved(ledger, 'esdb')
  await decideAndAppend({ store, clock: Date.now, aggregate: ledgerAggregate, act, decide, conclude: () => undefined })
  await store.close()
  await assert.rejects(start(settings), { code: 'LEDGER_MOVED' })
})
