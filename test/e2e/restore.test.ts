// A disk is lost: a backup that is an hour old, restored under the log as it stands now. Every proof ever given verifies, and no size is signed twice.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { treeHeadEvents, treeHeadsStream } from '@consent-ledger/domain'
import { beginning, readOn } from '@consent-ledger/eventstore'
import { openSqliteEventReader } from '@consent-ledger/eventstore/sqlite'
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  openTreeHead,
  parseProofFile,
  parseVkey,
  verifyConsistency,
  verifyInclusion,
  verifyProofFile,
} from '@consent-ledger/tlog'
import { eventually } from '../harness/apart.ts'
import { bareEnvironment } from '../harness/environment.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { LedgerProcess, place, request, signUp, type Ended } from '../harness/ledger.ts'

const cli = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))

/** A command as a process, on files: `output` is all that it printed. */
const run = (data: string, args: string[], env: Record<string, string> = {}): Promise<Ended> => {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...bareEnvironment, LEDGER_DATA: data, LEDGER_PORT: '0', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')))
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output })))
}
const done = async (data: string, args: string[], env: Record<string, string> = {}): Promise<string> => {
  const { code, output } = await run(data, args, env)
  assert.equal(code, 0, output)
  return output
}

/** What a site keeps of one act: the leaf, and the proof that was given for it. */
type Given = { subjectId: string; receiptId: string; leaf: string; proof: string }
type Proofs = { receiptId: string; events: { leaf: string; proof: string }[] }

const post = async (ledger: LedgerProcess, path: string, body: object): Promise<{ id: string; subjectId: string }> => {
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  const reply = await request(ledger.url, 'POST', path, { key, idempotencyKey: randomUUID(), body })
  assert.equal(reply.status, 201, reply.text)
  return reply.json.receipt
}

const proofsOf = async (ledger: LedgerProcess, { id: receiptId, subjectId }: { id: string; subjectId: string }): Promise<Given[]> => {
  const key = ledger.keys.operators.auditor
  const { status, text } = await eventually(
    () => request(ledger.url, 'GET', `/v1/receipts/${receiptId}/proof`, { key, headers: { accept: 'application/json' } }),
    (reply) => reply.status !== 503,
  )
  assert.equal(status, 200, text)
  return (JSON.parse(text) as Proofs).events.map(({ leaf, proof }) => ({ subjectId, receiptId, leaf, proof }))
}

const address = (n: number): string => `visitor-${n}@example.org`
const withdrawal = (n: number): object => ({
  subject: { identifiers: [{ scheme: 'email', value: address(n) }] },
  purposes: ['commercial-mail'],
})

/** People who sign up, each with the proof of it. */
const signUps = async (ledger: LedgerProcess, from: number, to: number): Promise<Given[]> => {
  const receipts = []
  for (let n = from; n < to; n++) receipts.push(await post(ledger, '/v1/consents', signUp(address(n))))
  return (await Promise.all(receipts.map((receipt) => proofsOf(ledger, receipt)))).flat()
}

/** The same request each time. Of the dossier the lines that name its tree: the archive stores them as they are. */
const treeOfDossier = async (ledger: LedgerProcess, subjectId: string): Promise<string> => {
  const asked = { key: ledger.keys.operators.legal, idempotencyKey: 'one-dossier-of-this-person', body: { reason: 'Dispute 42' } }
  const reply = await request(ledger.url, 'POST', `/v1/subjects/${subjectId}/proofs`, { ...asked, headers: { accept: 'application/zip' } })
  assert.ok(reply.status === 201 || reply.status === 200, reply.text.slice(0, 500))
  const [tree] = /\nsize \d+\nroot \S+\n/.exec(reply.text) ?? []
  assert.ok(tree)
  return tree
}

const checkpoint = async (ledger: LedgerProcess): Promise<string> => (await request(ledger.url, 'GET', '/log/checkpoint')).text
/** The one that signs now. */
const vkeyOf = async (ledger: LedgerProcess): Promise<string> => (await request(ledger.url, 'GET', '/log/key')).text.split('\n')[0] ?? ''

type Env = Record<string, string>

const start = async (t: TestContext, data: string, env: Record<string, string> = {}): Promise<LedgerProcess> => {
  const ledger = await LedgerProcess.start(data, { env })
  t.after(() => ledger.stop('SIGKILL'))
  return ledger
}

/** Each proof under its own head, that head's tree inside today's, and the leaf at the same place today. */
const demandProven = async (data: string, vkey: string, given: readonly Given[]): Promise<void> => {
  const keys = [parseVkey(vkey)]
  const log = new PublishedLog(openLogDirectoryReader(join(data, 'log')), () => [vkey])
  const now = await log.head()
  assert.ok(now)
  const reader = log.reader(now.size)
  for (const { leaf, proof } of given) {
    const { head, index } = verifyProofFile(parseProofFile(proof), { leaf: Buffer.from(leaf), log: keys })
    const between = { from: head.size, to: now.size }
    verifyConsistency({ ...between, fromRoot: head.root, toRoot: now.root, proof: await consistencyProof(reader, between) })
    const at = { index, size: now.size }
    verifyInclusion({ ...at, leafHash: leafHash(Buffer.from(leaf)), root: now.root, proof: await inclusionProof(reader, at) })
  }
}

/** Notes that were signed, by the size of their tree: those of the store, and those that somebody saw published. */
const demandNoneSignedTwice = async (data: string, vkey: string, seen: readonly string[]): Promise<void> => {
  const notes = new Map<bigint, Set<string>>()
  const add = (note: string): void => {
    const { head } = openTreeHead(note, [parseVkey(vkey)])
    notes.set(head.size, new Set([...(notes.get(head.size) ?? []), note]))
  }
  seen.forEach(add)
  const events = openSqliteEventReader(data)
  const sizes: bigint[] = []
  for await (const page of readOn(events, treeHeadsStream, beginning)) {
    for (const { data } of page) {
      const { note, size } = treeHeadEvents.TreeHeadSigned.parse(data)
      add(note)
      sizes.push(BigInt(size))
    }
  }
  await events.close()
  assert.deepEqual(
    [...notes].filter(([, different]) => different.size > 1),
    [],
    'one head for a size',
  )
  assert.deepEqual(
    sizes,
    [...new Set(sizes)].sort((one, other) => (one < other ? -1 : 1)),
    'sizes only grow',
  )
}

/** Everything but the log: the disk of the data is gone. */
const loseData = (data: string): void => {
  for (const name of readdirSync(data)) if (name !== 'log' && name !== 'keys.json') rmSync(join(data, name), { recursive: true })
}

test('a backup of a running ledger, restored under the log of an hour later', { timeout: 300_000 }, async (t) => {
  const { data, keys, remove } = place()
  t.after(remove)
  const backup = join(data, '..', 'backup')
  const first = await start(t, data)
  const vkey = await vkeyOf(first)
  const before = await signUps(first, 0, 40)

  // Given a backup that is taken while people sign up, and an hour of acts after it.
  const [taken, during] = await Promise.all([run(data, ['backup', backup]), signUps(first, 40, 140)])
  assert.equal(taken.code, 0, taken.output)
  assert.deepEqual(readdirSync(backup).sort(), ['backup.json', 'events.sqlite', 'log', 'vault.sqlite'])
  const seen = [await checkpoint(first)]
  const after = await signUps(first, 140, 200)
  const withdrawn = await post(first, '/v1/withdrawals', withdrawal(3))
  const given = [...before, ...during, ...after, ...(await proofsOf(first, withdrawn))]
  seen.push(await checkpoint(first))
  await first.stop('SIGKILL')

  // When the disk is lost, then what was backed up does not start by itself under this log.
  loseData(data)
  for (const name of ['events.sqlite', 'vault.sqlite']) cpSync(join(backup, name), join(data, name))
  const alone = await LedgerProcess.refused(data)
  assert.equal(alone.code, 70, alone.output)
  assert.match(alone.output, /DATA_ROLLED_BACK/)
  loseData(data)

  // When it is restored, then it says whose keys are lost: of those who came after the backup, and of nobody else.
  const restored = JSON.parse(await done(data, ['restore', backup, '--json'])) as { lacking: string[]; events: { appended: number } }
  const ofBackup = new Set([...before, ...during].map(({ subjectId }) => subjectId))
  const newPeople = new Set(after.map(({ subjectId }) => subjectId))
  assert.deepEqual(new Set(restored.lacking.filter((id) => !ofBackup.has(id))), newPeople)
  assert.equal(restored.lacking.length, new Set(restored.lacking).size)
  assert.ok(restored.events.appended >= 61)

  // Then everything given verifies, and the ledger goes on.
  const second = await start(t, data)
  await demandProven(data, vkey, given)
  assert.equal(await vkeyOf(second), vkey)
  const unknown = await request(second.url, 'GET', `/v1/receipts/${after[0]?.receiptId}/proof`, { key: second.keys.operators.auditor })
  assert.equal(unknown.status, 404, 'the vault does not know the act any more: docs/backup.md says so')
  const later = await signUps(second, 200, 210)
  await demandProven(data, vkey, [...given, ...later])
  seen.push(await checkpoint(second))
  assert.equal((await second.stop()).code, 0)
  await demandNoneSignedTwice(data, vkey, seen)
  assert.match(await done(data, ['doctor', '--json']), /"what": "log, fsck",\s+"well": true/)
  assert.ok(readdirSync(keys).includes('high-water.json'), 'the mark is kept again')
})

test('the log is lost too: the one in the backup, and a mirror that is newer', { timeout: 300_000 }, async (t) => {
  const { data, remove } = place()
  t.after(remove)
  const [backup, mirror, lost] = ['backup', 'mirror', 'lost'].map((name) => join(data, '..', name)) as [string, string, string]
  const first = await start(t, data)
  const vkey = await vkeyOf(first)
  const before = await signUps(first, 0, 20)
  await done(data, ['backup', backup])
  const after = await signUps(first, 20, 30)
  await first.stop()
  mkdirSync(mirror)
  for (const part of ['public', 'entries']) cpSync(join(data, 'log', part), join(mirror, part), { recursive: true })

  // Under the backup's own log everything up to the backup is proven, but more was published: that log is taken only by name, and not gone on with.
  renameSync(data, lost)
  assert.match((await run(data, ['restore', backup])).output, /DATA_ROLLED_BACK: A head of \d+ leaves was published/)
  rmSync(data, { recursive: true })
  const accepted = await done(data, ['restore', backup, '--accept-older-log'])
  assert.match(accepted, /A new log name is needed/)
  assert.match((await LedgerProcess.refused(data)).output, /DATA_ROLLED_BACK/)
  assert.match(accepted, /^0 of \d+ sealed events were not in the event store/m)
  await demandProven(data, vkey, before)

  // Under the mirror, which has neither state nor lock, all that was ever given is.
  rmSync(data, { recursive: true })
  assert.match(await done(data, ['restore', backup, '--log', mirror]), /10 subjects/)
  cpSync(join(lost, 'keys.json'), join(data, 'keys.json'))
  const second = await start(t, data)
  await demandProven(data, vkey, [...before, ...after, ...(await signUps(second, 30, 35))])
  const seen = [await checkpoint(second)]
  assert.equal((await second.stop()).code, 0)
  await demandNoneSignedTwice(data, vkey, seen)
})

test(
  'the event store alone is lost: the log gives back every event, and of the heads those that a dossier names',
  { timeout: 300_000 },
  async (t) => {
    const { data, remove } = place()
    t.after(remove)
    const first = await start(t, data)
    const vkey = await vkeyOf(first)
    const given = await signUps(first, 0, 20)
    const tree = await treeOfDossier(first, given[0]?.subjectId ?? '')
    given.push(...(await signUps(first, 30, 32)))
    assert.equal((await first.stop()).code, 0)
    for (const name of readdirSync(data)) if (/^(?:events|readmodel)\./.test(name)) rmSync(join(data, name))
    const refused = await LedgerProcess.refused(data)
    assert.match(refused.output, /DATA_ROLLED_BACK/)

    const said = await done(data, ['restore'])
    assert.match(said, /^LEDGER_DATA was whole/m)
    assert.doesNotMatch(said, /subject/)
    assert.match(said, /had lost the signed heads of more than 0 leaves/)
    const second = await start(t, data)
    assert.equal(await treeOfDossier(second, given[0]?.subjectId ?? ''), tree, 'the same request is answered under the same head')
    await demandProven(data, vkey, [...given, ...(await signUps(second, 20, 25))])
    assert.equal((await second.stop()).code, 0)
  },
)

test('an EventStoreDB is lost: another one is filled from the log, and the key was changed in between', { timeout: 300_000 }, async (t) => {
  const { data, remove } = place()
  t.after(remove)
  const [lost, found] = [await startEventStoreDouble(), await startEventStoreDouble()]
  t.after(() => Promise.all([lost.stop(), found.stop()]))
  const on = ({ url }: EventStoreDouble): Env => ({ LEDGER_STORE: 'esdb', EVENTSTORE_URL: url })
  const [before, after] = [on(lost), on(found)]
  const first = await start(t, data, before)
  const oldKey = await vkeyOf(first)
  const old = await signUps(first, 0, 10)
  assert.equal((await first.stop()).code, 0)
  await done(data, ['log', 'rotate-key'], before)
  const second = await start(t, data, before)
  const newKey = await vkeyOf(second)
  const given = await signUps(second, 10, 20)
  await second.stop('SIGKILL')

  const said = await done(data, ['restore'], after)
  assert.match(said, /^(\d+) of \1 sealed events were not in the event store/m)
  assert.match((await run(data, ['doctor', '--json'], after)).output, /"what": "clock",\s+"well": true/)
  const third = await start(t, data, after)
  assert.deepEqual([oldKey === newKey, await vkeyOf(third)], [false, newKey])
  await demandProven(data, newKey, [...given, ...(await signUps(third, 20, 25))])
  for (const { leaf, proof } of old) verifyProofFile(parseProofFile(proof), { leaf: Buffer.from(leaf), log: [parseVkey(oldKey)] })
  assert.equal((await third.stop()).code, 0)
})
