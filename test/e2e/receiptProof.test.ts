// The proof of a receipt from a ledger as a user runs it, checked by its public key alone: in the answer, asked for later, and after a restart.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { decodeEntries, openTreeHead, parseProofFile, parseVkey, treeRoot, verifyProofFile, type Verifier } from '@consent-ledger/tlog'
import { eventually } from '../harness/apart.ts'
import { LedgerProcess, place, request, signUp, type Reply } from '../harness/ledger.ts'

type EventProof = { eventId: string; leafIndex: string; proof: string }
type ProvenEvent = { id: string; leaf: string; leafIndex: string; proof: string }

const where = place()
let ledger: LedgerProcess
before(async () => {
  ledger = await LedgerProcess.start(where.data)
})
after(async () => {
  await ledger.stop()
  where.remove()
})

const siteKey = (): string => ledger.keys.sites['huttopia-fr']?.secret ?? ''
const get = (path: string, key?: string, accept = '*/*'): Promise<Reply> =>
  request(ledger.url, 'GET', path, { headers: { accept }, ...(key === undefined ? {} : { key }) })
const post = (path: string, body: object): Promise<Reply> =>
  request(ledger.url, 'POST', path, { key: siteKey(), idempotencyKey: randomUUID(), body })
const proofsIn = ({ json }: Reply): EventProof[] => (json as unknown as { proofs: EventProof[] }).proofs
const provenIn = ({ json }: Reply): ProvenEvent[] => (json as unknown as { events: ProvenEvent[] }).events

/** What a stranger brings: the key that the log shows to everybody. */
const logKeys = async (): Promise<Verifier[]> => (await get('/log/key')).text.trimEnd().split('\n').map(parseVkey)

/** Asks again, as `Retry-After` says that one may, until the log covers it. */
const published = (path: string, accept?: string): Promise<Reply> =>
  eventually(
    () => get(path, siteKey(), accept),
    ({ status, json }) => {
      if (status === 503) assert.equal(json.code, 'NOT_PUBLISHED')
      return status !== 503
    },
  )

test('who waits has the proof inside the answer, and the receipt gives the same for good', async () => {
  const reply = await post('/v1/consents?wait=published', signUp('anna.martin@example.org'))
  assert.equal(reply.status, 201, reply.text)
  const { receipt } = reply.json
  const [given] = proofsIn(reply)
  assert.ok(given)
  const path = `/v1/receipts/${receipt.id}/proof`
  const [proven] = provenIn(await get(path, siteKey(), 'application/json'))
  assert.ok(proven)
  assert.deepEqual([proven.id, proven.leafIndex, proven.proof], [receipt.events[0]?.id, given.leafIndex, given.proof])
  verifyProofFile(parseProofFile(given.proof), { leaf: Buffer.from(proven.leaf, 'utf8'), log: await logKeys() })
  assert.equal((await get(path, siteKey())).text, given.proof)
  await post('/v1/withdrawals?wait=published', {
    subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
    purposes: 'all',
  })
  await ledger.stop('SIGKILL')
  ledger = await LedgerProcess.start(where.data)
  assert.equal((await get(path, siteKey())).text, given.proof)
})

test('who does not wait asks for it later', async () => {
  const { json } = await post('/v1/consents', signUp('marc.petit@example.org'))
  const [proven] = provenIn(await published(`/v1/receipts/${json.receipt.id}/proof`, 'application/json'))
  assert.ok(proven)
  verifyProofFile(parseProofFile(proven.proof), { leaf: Buffer.from(proven.leaf, 'utf8'), log: await logKeys() })
  const key = (await get('/log/key')).text
  assert.ok(key.startsWith(`${(json.receipt as unknown as { logKeyId: string }).logKeyId}+`))
  const notice = await get('/v1/notices/newsletter-form?language=fr')
  assert.equal(`${(notice.json as unknown as { logKey: string }).logKey}\n`, key)
})

/** Secret key of a further site of the same controller. */
const anotherSite = async (): Promise<string> => {
  const { controller } = parse(readFileSync(new URL('../../examples/huttopia/catalogue.yaml', import.meta.url), 'utf8')) as {
    controller: object
  }
  const key = ledger.keys.operators.admin
  const sites = [{ id: 'huttopia-be', name: 'be.example.org', origins: ['https://be.example.org'], manageConsentLink: true }]
  const applied = await request(ledger.url, 'PUT', '/v1/catalogue', { key, body: { controller, sites, purposes: [], notices: [] } })
  assert.ok(applied.status < 300, applied.text)
  return (await request(ledger.url, 'POST', '/v1/sites/huttopia-be/keys', { key })).json.secret
}

test('another site’s receipt is not there; staff of the controller may ask', async () => {
  const { json } = await post('/v1/consents?wait=published', signUp('lea.durand@example.org'))
  const path = `/v1/receipts/${json.receipt.id}/proof`
  const [theirs, nowhere] = [await get(path, await anotherSite()), await get(`/v1/receipts/${randomUUID()}/proof`, siteKey())]
  assert.deepEqual([theirs.status, theirs.json.code], [404, 'NOT_FOUND'])
  assert.deepEqual([nowhere.status, nowhere.json], [404, theirs.json])
  for (const role of ['legal', 'dpo', 'auditor'] as const) assert.equal((await get(path, ledger.keys.operators[role])).status, 200, role)
  assert.equal((await get(path, ledger.keys.operators.marketing)).status, 403)
})

test('everybody can follow the tree, and an auditor reads the entries that it was made of', async () => {
  const reply = await post('/v1/consents?wait=published', signUp('zoe.blanc@example.org'))
  const [given] = proofsIn(reply)
  assert.ok(given)
  const { head } = openTreeHead((await get('/log/checkpoint')).text, await logKeys())
  assert.ok(head.size > BigInt(given.leafIndex) && head.size < 256n)
  const bytesOf = async (path: string, key?: string): Promise<{ status: number; bytes: Uint8Array }> => {
    const answer = await fetch(`${ledger.url}/log/tile/${path}`, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })
    return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) }
  }
  const tile = async ({ level, width }: { level: number; width: number }) => (await bytesOf(`${level}/000.p/${width}`)).bytes
  assert.deepEqual(await treeRoot({ tile }, head.size), head.root)
  const bundle = `entries/000.p/${head.size}`
  assert.equal((await bytesOf(bundle)).status, 401)
  assert.equal((await bytesOf(bundle, ledger.keys.operators.legal)).status, 403)
  const entries = decodeEntries((await bytesOf(bundle, ledger.keys.operators.auditor)).bytes, Number(head.size))
  const [proven] = provenIn(await get(`/v1/receipts/${reply.json.receipt.id}/proof`, siteKey(), 'application/json'))
  assert.equal(Buffer.from(entries[Number(given.leafIndex)] ?? assert.fail()).toString('utf8'), proven?.leaf)
})
