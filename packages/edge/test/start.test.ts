// How a process comes to its ledger: it waits for what may still come, refuses what is not its own, and tells what is not ready.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ledgerAggregate, ledgerStream, LedgerError, type Ledger } from '@consent-ledger/domain'
import { fold } from '@consent-ledger/eventstore'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { demandOwn, demandVaultOf, hasBegun, Opened, readModelReady, readyWhen, storeReady, untilThere, vaultReady } from '../src/index.ts'
import { findLedger } from '../src/start/ledger.ts'
import { openWorld } from './world.ts'

const away = (): LedgerError => new LedgerError('STORE_UNAVAILABLE', 'The server is away.')
const vault = () => openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock: Date.now })
const begun = (ledger: Ledger) => (hasBegun(ledger) ? ledger : assert.fail('it has begun'))
const keysOf = (check: string) => ({ kek: createSecretKey(randomBytes(32)), check: () => check })

test('what is away is asked for again, and said once', async () => {
  const said: string[] = []
  const failures = [away(), away(), new LedgerError('NOT_READY', 'There is no ledger yet.')]
  const step = async (): Promise<string> => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    return 'there'
  }
  assert.equal(await untilThere({ say: (line) => said.push(line), stopping: new AbortController().signal }, step), 'there')
  assert.deepEqual(said, ['Waiting. STORE_UNAVAILABLE: The server is away.', 'Waiting. NOT_READY: There is no ledger yet.'])
})

test('a start that waits ends when it is told to, and at once when what it met does not pass', async () => {
  const told = new AbortController()
  const waiting = { say: () => told.abort(), stopping: told.signal }
  await assert.rejects(
    untilThere(waiting, () => Promise.reject(away())),
    (error) => error === told.signal.reason,
  )
  const refused = { say: () => assert.fail('nothing to wait for'), stopping: new AbortController().signal }
  await assert.rejects(
    untilThere(refused, () => Promise.reject(new LedgerError('DATA_FOREIGN', 'another'))),
    { code: 'DATA_FOREIGN' },
  )
})

test('a ledger is found once its first start is over', async () => {
  const world = await openWorld()
  await assert.rejects(findLedger(world.store), { code: 'NOT_READY' })
  await world.record(ledgerStream, { type: 'FirstKeysIssued', data: {} })
  assert.deepEqual((await findLedger(world.store)).controllers, ['campo'])
})

test('another master key, and a ledger that was moved, are refused', async () => {
  const world = await openWorld()
  const ledger = begun(await fold(world.store, ledgerAggregate))
  const own = keysOf(ledger.masterKeyCheck ?? '')
  demandOwn(ledger, own, 'esdb')
  assert.throws(() => demandOwn(ledger, keysOf('f'.repeat(64)), 'esdb'), { code: 'MASTER_KEY_WRONG' })
  await world.record(ledgerStream, { type: 'LedgerMoved', data: { to: 'esdb' } })
  const moved = begun(await fold(world.store, ledgerAggregate))
  demandOwn(moved, own, 'esdb')
  assert.throws(() => demandOwn(moved, own, 'sqlite'), { code: 'LEDGER_MOVED' })
})

test('an empty vault is adopted by a ledger that begins, and by no other', async () => {
  const world = await openWorld()
  const [early, late] = [vault(), vault()]
  const ledger = begun(await fold(world.store, ledgerAggregate))
  await demandVaultOf(ledger, early, 'vault.sqlite')
  assert.equal(await early.identity(), ledger.ledgerId)
  const over = { ...ledger, firstKeysIssued: true }
  await demandVaultOf(over, early, 'vault.sqlite')
  await assert.rejects(demandVaultOf(over, late, 'vault.sqlite'), { code: 'DATA_CORRUPT', message: /^vault\.sqlite is missing or empty/ })
  await late.adopt('another')
  await assert.rejects(demandVaultOf(over, late, 'vault.sqlite'), { code: 'DATA_FOREIGN' })
})

test('what was opened last is closed first, all of it, and the first failure is told', async () => {
  const opened = new Opened()
  const closed: string[] = []
  const part = (name: string) => ({ close: async () => void closed.push(name) })
  opened.keep(part('store'))
  opened.onClose(() => Promise.reject(new Error('vault')))
  opened.onClose(() => Promise.reject(new Error('app')))
  opened.keep(part('live'))
  await assert.rejects(opened.close(), { message: 'app' })
  await opened.close()
  assert.deepEqual(closed, ['live', 'store'])
})

test('each part that is not ready is named, and ready again by itself', async () => {
  const now = { at: 100_000 }
  const clock = () => now.at
  const seen = { freshAt: 100_000, asOf: null as number | null, answers: false }
  const answer = async <T>(value: T): Promise<T> => (seen.answers ? value : Promise.reject(away()))
  const ready = readyWhen(
    storeReady({ freshAt: () => seen.freshAt }, clock),
    vaultReady({ identity: () => answer('a') }),
    readModelReady({ progress: () => answer({ asOf: seen.asOf }) }, clock),
  )
  const notReady = async (): Promise<string[]> => (await ready()).map(({ what }) => what)
  assert.deepEqual(await notReady(), ['vault', 'read model'])
  seen.answers = true
  assert.deepEqual(await ready(), [{ what: 'read model', why: 'It is being built from zero: lists that span subjects are not whole yet.' }])
  seen.asOf = 99_000
  assert.deepEqual(await notReady(), [])
  now.at = 140_000
  assert.deepEqual(await notReady(), ['event store', 'read model'])
  Object.assign(seen, { freshAt: 140_000, asOf: 140_000 })
  assert.deepEqual(await notReady(), [])
})

test('a part that never answers is not ready', async () => {
  const silent = vaultReady({ identity: () => new Promise<never>(() => {}) })
  assert.deepEqual(await silent(), [{ what: 'vault', why: 'It does not answer.' }])
})
