// The log of a ledger as a user runs it: published by itself, over real HTTP and files, through kill -9 under load, and nobody who kept a proof is ever told another history.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { fsck } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { openTreeHead, parseProofFile, parseVkey, verifyProofFile, type Verifier } from '@consent-ledger/tlog'
import { eventually } from '../harness/apart.ts'
import { LedgerProcess, place, request, signUp, type Reply } from '../harness/ledger.ts'

type Proven = { events: { leaf: string; leafIndex: string; proof: string }[] }

const secretOf = ({ keys }: LedgerProcess): string => keys.sites['huttopia-fr']?.secret ?? ''
const post = (ledger: LedgerProcess, address: string): Promise<Reply> =>
  request(ledger.url, 'POST', '/v1/consents', { key: secretOf(ledger), idempotencyKey: randomUUID(), body: signUp(address) })
const keysOf = async ({ url }: LedgerProcess): Promise<Verifier[]> =>
  (await request(url, 'GET', '/log/key')).text.trim().split('\n').map(parseVkey)
const publishedSize = async (ledger: LedgerProcess, keys: readonly Verifier[]): Promise<bigint> => {
  const { status, text } = await request(ledger.url, 'GET', '/log/checkpoint')
  return status === 200 ? openTreeHead(text, keys).head.size : 0n
}

/** What the site keeps of a receipt: the leaf of each event and its proof, once a head covers it. */
const proofsOf = async (ledger: LedgerProcess, receiptId: string): Promise<Proven['events']> => {
  const path = `/v1/receipts/${receiptId}/proof`
  const headers = { accept: 'application/json' }
  const { status, text } = await eventually(
    () => request(ledger.url, 'GET', path, { key: secretOf(ledger), headers }),
    (reply) => reply.status !== 503,
  )
  assert.equal(status, 200, text)
  return (JSON.parse(text) as Proven).events
}

const demandProven = (events: Proven['events'], log: readonly Verifier[]): void => {
  for (const { leaf, proof } of events) verifyProofFile(parseProofFile(proof), { leaf: Buffer.from(leaf, 'utf8'), log })
}

const sound = async (data: string, keys: readonly Verifier[]): Promise<void> => {
  const store = await openSqliteEventStore({ directory: data, onFatal: (fault) => assert.fail(fault) })
  try {
    const files = openLogDirectoryReader(join(data, 'log'))
    assert.equal((await fsck({ files, keys: keys.map(({ vkey }) => vkey), store })).finding, null)
  } finally {
    await store.close()
  }
}

const somewhere = (t: TestContext): { data: string; keys: string } => {
  const where = place()
  t.after(where.remove)
  return where
}

test(
  'a start publishes a log by itself; what is posted is under its head, and the key is the ledger’s alone',
  { timeout: 120_000 },
  async (t) => {
    const { data, keys: directory } = somewhere(t)
    const ledger = await LedgerProcess.start(data)
    t.after(() => ledger.stop('SIGKILL'))
    const log = await keysOf(ledger)
    const before = await publishedSize(ledger, log)
    const { json, text } = await post(ledger, 'anna.martin@example.org')
    const events = await proofsOf(ledger, json.receipt.id)
    assert.equal(events.length, json.receipt.events.length, text)
    demandProven(events, log)
    assert.ok((await publishedSize(ledger, log)) >= before + BigInt(events.length))
    for (const file of ['log.key', 'statement.key']) assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600)
    const files = readdirSync(join(data, 'log', 'public'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const file of files)
      assert.doesNotMatch(readFileSync(join(file.parentPath, file.name), 'latin1'), /subject-/, 'a copy of the public part has no entry')
    assert.equal((await ledger.stop()).code, 0)
    await sound(data, log)
  },
)

/** Posts until the process is gone, and asks for proofs of some; what was answered is kept. */
const load = async (ledger: LedgerProcess, n: number, given: Proven['events'], receipts: string[]): Promise<void> => {
  for (;;) {
    try {
      const { status, text, json } = await post(ledger, `visitor-${n}@example.org`)
      assert.equal(status, 201, text)
      receipts.push(json.receipt.id)
      if (receipts.length % 5 === 0) given.push(...(await proofsOf(ledger, json.receipt.id)))
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return
    }
  }
}

test(
  'killed under load, again and again: every proof given holds, and every receipt comes to have one',
  { timeout: 300_000 },
  async (t) => {
    const { data } = somewhere(t)
    const given: Proven['events'] = []
    const receipts: string[] = []
    for (let round = 0; round < 4; round++) {
      const ledger = await LedgerProcess.start(data)
      t.after(() => ledger.stop('SIGKILL'))
      const loads = Array.from({ length: 4 }, (_, n) => load(ledger, n, given, receipts))
      const enough = receipts.length + 25 + 10 * round
      while (receipts.length < enough) await pause(1)
      await ledger.stop('SIGKILL')
      await Promise.all(loads)
    }
    const ledger = await LedgerProcess.start(data)
    t.after(() => ledger.stop('SIGKILL'))
    const log = await keysOf(ledger)
    demandProven(given, log)
    for (const receipt of receipts) demandProven(await proofsOf(ledger, receipt), log)
    assert.ok(given.length >= 10)
    assert.equal((await ledger.stop()).code, 0)
    await sound(data, log)
  },
)
