// The transparency log where the services run apart: one process seals and alone has the key, the others read its directory, and a stranger sees one log all along.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { cpSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { openKeyFile } from '@consent-ledger/logfiles'
import { verifyDossier } from '@consent-ledger/proof/verify'
import { parseVkey } from '@consent-ledger/tlog'
import { Apart, eventually, notReady } from '../harness/apart.ts'
import { command } from '../harness/command.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { request, signUp, type Body, type Ended, type LedgerProcess, type Reply } from '../harness/ledger.ts'
import { ask, openPostgres, type Postgres } from '../harness/postgres.ts'
import { Stranger, type Kept } from '../harness/stranger.ts'

let double: EventStoreDouble
let postgres: Postgres
let apart: Apart
let ingest: LedgerProcess
let reports: LedgerProcess
let projector: LedgerProcess
let sequencer: LedgerProcess
let stranger: Stranger

before(async () => {
  double = await startEventStoreDouble()
  postgres = await openPostgres()
  apart = new Apart({ eventStoreUrl: double.url, databaseUrl: await postgres.newDatabase() })
  const { code, output } = await apart.bootstrap()
  assert.equal(code, 0, output)
  ;[ingest, projector, reports, sequencer] = await Promise.all([
    apart.start('ingest'),
    apart.start('projector'),
    apart.start('reports'),
    apart.start('sequencer'),
  ])
  stranger = await Stranger.meets(reports.url)
})
after(async () => {
  await apart.end()
  await double.stop()
  await postgres.close()
})

const secret = (): string => apart.keys.sites['huttopia-fr']?.secret ?? ''
const post = (path: string, body: object): Promise<Reply> =>
  request(ingest.url, 'POST', path, { key: secret(), idempotencyKey: randomUUID(), body })
const given = async (address: string, query = ''): Promise<Body> => {
  const { status, text, json } = await post(`/v1/consents${query}`, signUp(address))
  assert.equal(status, 201, text)
  return json
}
const proofsIn = (body: Body): { leafIndex: string; proof: string }[] =>
  (body as unknown as { proofs: { leafIndex: string; proof: string }[] }).proofs
const ready = (one: LedgerProcess): Promise<string[]> => eventually(() => notReady(one), (names) => names.length === 0) // prettier-ignore
const fsck = (): Promise<Ended> =>
  command(['log', 'fsck', '--from-store'], { LEDGER_STORE: 'esdb', EVENTSTORE_URL: apart.servers.eventStoreUrl, LEDGER_LOG: apart.log })
const demandRefusal = ({ code, output }: Ended, says: RegExp): void => {
  assert.equal(code, 70, output)
  assert.match(output, says)
  assert.doesNotMatch(output, /Ready at/)
}

test('each has its own keys: who seals has no master key, and nobody else the key that seals', () => {
  const secrets = (directory: string): string[] =>
    readdirSync(directory).filter((name) => ['log.key', 'master.key', 'statement.key'].includes(name))
  assert.deepEqual(secrets(apart.logKeys), ['log.key'])
  assert.deepEqual(secrets(apart.where.keys).sort(), ['master.key', 'statement.key'])
})

test('who waits at ingest has the proof that reports gives, and names the key that reports shows', async () => {
  const { receipt, ...answer } = await given('anna.martin@example.org', '?wait=published')
  const kept = await stranger.keep(receipt.id, secret())
  assert.deepEqual(
    proofsIn(answer as Body).map(({ leafIndex, proof }) => [leafIndex, proof]),
    kept.map(({ leafIndex, proof }) => [leafIndex, proof]),
  )
  await stranger.demandKept(kept)
  const [vkey = ''] = stranger.vkeys
  const { name, id } = parseVkey(vkey)
  assert.equal((receipt as unknown as { logKeyId: string }).logKeyId, `${name}+${id}`)
})

/** The dossier as its bytes. */
const dossier = async (subjectId: string, idempotencyKey: string): Promise<{ status: number; zip: Uint8Array }> => {
  const headers = { authorization: `Bearer ${apart.keys.operators.legal}`, accept: 'application/zip', 'idempotency-key': idempotencyKey }
  const reply = await fetch(`${reports.url}/v1/subjects/${subjectId}/proofs`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'Dispute 42', language: 'fr' }),
  })
  return { status: reply.status, zip: new Uint8Array(await reply.arrayBuffer()) }
}

test('a dossier is accepted by who knows the key alone, holds the withdrawal, and is the same when it is asked for again', async () => {
  const { receipt } = await given('ben.roche@example.org')
  const withdrawn = await post('/v1/withdrawals', {
    subject: { identifiers: [{ scheme: 'email', value: 'ben.roche@example.org' }] },
    purposes: ['commercial-mail'],
  })
  assert.equal(withdrawn.status, 201, withdrawn.text)
  const key = randomUUID()
  const { status, zip } = await dossier(receipt.subjectId, key)
  assert.equal(status, 201, Buffer.from(zip).toString('utf8').slice(0, 400))
  const { accepted, findings, facts } = await verifyDossier(zip, { logKeys: stranger.vkeys })
  assert.ok(accepted, JSON.stringify(findings))
  assert.ok(findings.some(({ code }) => code === 'NO_INDEPENDENT_TIME'))
  assert.deepEqual([facts?.subjectId, facts?.events], [receipt.subjectId, 2])
  assert.ok(facts?.streams.every(({ unpublished }) => unpublished === 0))
  const again = await dossier(receipt.subjectId, key)
  assert.deepEqual([again.status, Buffer.compare(again.zip, zip)], [200, 0])
})

test('the projector notes where the log has each event', async () => {
  const { receipt } = await given('zoe.blanc@example.org')
  const [kept] = await stranger.keep(receipt.id, secret())
  const noted = async (): Promise<number[]> => {
    const stream = Buffer.from(receipt.subjectId.replaceAll('-', ''), 'hex')
    const rows = await ask(apart.servers.databaseUrl, 'SELECT leaf_index FROM readmodel.leaves WHERE stream = $1', [stream])
    return rows.map((row) => Number(row['leaf_index']))
  }
  assert.deepEqual(await eventually(noted, (found) => found.length > 0), [Number(kept?.leafIndex)])
  await ready(projector)
})

/** People sign up until `stop`; each is acknowledged, whether anybody seals or not. */
const load = (): { receipts: string[]; stop: () => Promise<void> } => {
  const receipts: string[] = []
  const told = new AbortController()
  const one = async (): Promise<void> => {
    while (!told.signal.aborted) receipts.push((await given(`visitor-${randomInt(40)}@example.org`)).receipt.id)
  }
  const working = Array.from({ length: 4 }, one)
  const stop = async (): Promise<void> => {
    told.abort()
    await Promise.all(working)
  }
  return { receipts, stop }
}

test(
  'kill -9 of the sequencer under load: what nobody seals is acknowledged and proven later, and the log stays one',
  { timeout: 300_000 },
  async () => {
    const heads = [await stranger.head()]
    const loading = load()
    for (let round = 1; round <= 3; round++) {
      await eventually(async () => loading.receipts.length, (count) => count > 40 * round) // prettier-ignore
      await sequencer.stop('SIGKILL')
      heads.push(await stranger.head())
      const { receipt } = await given(`nobody-seals-${round}@example.org`)
      const early = await stranger.ask(receipt.id, secret())
      assert.deepEqual([early.status, early.json.code, early.headers.has('retry-after')], [503, 'NOT_PUBLISHED', true])
      loading.receipts.push(receipt.id)
      sequencer = await apart.start('sequencer')
    }
    await loading.stop()
    const kept: Kept[] = []
    const waiting = loading.receipts.values()
    const keep = async (): Promise<void> => {
      for (const id of waiting) kept.push(...(await stranger.keep(id, secret())))
    }
    await Promise.all(Array.from({ length: 8 }, keep))
    await stranger.demandKept(kept, heads)
    assert.equal(new Set(kept.map(({ leafIndex }) => leafIndex)).size, loading.receipts.length, 'each event has a place of its own')
    const { code, output } = await fsck()
    assert.equal(code, 0, output)
    assert.match(output, /Every leaf is its event in the event store/)
  },
)

test(
  'a second sequencer is refused: on the same directory, on an empty one, and without the key or with another',
  { timeout: 120_000 },
  async () => {
    const again = (env: Record<string, string> = {}): Promise<Ended> => apart.launch('sequencer/src/main.ts', env).ended
    const elsewhere = (name: string): string => join(dirname(apart.log), name)
    demandRefusal(await again(), /DATA_LOCKED: Another sequencer is writing to this log/)
    demandRefusal(
      await again({ LEDGER_LOG: elsewhere('empty') }),
      /LOG_DISAGREES: state\.json is missing, though tree-heads has a head of \d+ leaves/,
    )
    await sequencer.stop()
    const unsealed = await given('ben.roche@example.org', '?wait=published')
    assert.ok(!('proofs' in unsealed), 'who waits in vain is told what is recorded all the same')
    const wrong = elsewhere('wrong.keys')
    demandRefusal(await again({ LEDGER_KEYS: wrong }), /SIGNING_KEY_WRONG: .*log\.key is missing or is not/)
    const { name } = parseVkey(stranger.vkeys[0] ?? '')
    openKeyFile(join(wrong, 'log.key'), name, { expectExisting: false })
    demandRefusal(await again({ LEDGER_KEYS: wrong }), /SIGNING_KEY_WRONG: .*log\.key is missing or is not/)
    sequencer = await apart.start('sequencer')
    await stranger.demandKept(await stranger.keep(unsealed.receipt.id, secret()))
  },
)

test('a reports without the statement key that the ledger names is refused', { timeout: 60_000 }, async () => {
  const LEDGER_KEYS = join(dirname(apart.log), 'reports.keys')
  cpSync(join(apart.where.keys, 'master.key'), join(LEDGER_KEYS, 'master.key'))
  demandRefusal(await apart.launch('reports/src/main.ts', { LEDGER_KEYS }).ended, /SIGNING_KEY_WRONG: .*statement\.key is missing/)
  assert.deepEqual(readdirSync(LEDGER_KEYS), ['master.key'])
})

test('each stops in order; what it said names nobody', async () => {
  for (const one of [ingest, projector, reports, sequencer]) {
    const { code, output } = await one.stop()
    assert.equal(code, 0, output)
    assert.doesNotMatch(output, /example\.org/)
  }
})
