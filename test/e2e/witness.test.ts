// A ledger and three witnesses of other organisations: what it publishes carries their cosignatures, and a verifier who asks for two of three accepts it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openTreeHead, parsePolicy, parseProofFile, parseVkey, TlogError, verifyProofFile, type Policy } from '@consent-ledger/tlog'
import { eventually } from '../harness/apart.ts'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'
import { policyOf, Witness } from '../harness/witness.ts'

type Proven = { events: { leaf: string; proof: string }[] }

/** A sign-up, and the proof of its first event once that is published. */
const signedUp = async (ledger: LedgerProcess, who: string): Promise<Kept> => {
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  const { json } = await request(ledger.url, 'POST', '/v1/consents', { key, idempotencyKey: who, body: signUp(`${who}@example.org`) })
  const ask = () => request(ledger.url, 'GET', `/v1/receipts/${json.receipt.id}/proof`, { key, headers: { accept: 'application/json' } })
  const { text } = await eventually(ask, ({ status }) => status !== 503)
  const [first] = (JSON.parse(text) as Proven).events
  return { leaf: Buffer.from(first?.leaf ?? ''), proof: first?.proof ?? '' }
}

type Kept = { leaf: Uint8Array; proof: string }
/** Witnesses whose cosignatures the proof carries, if the policy accepts it; without a policy, whoever of `known` signed. */
const witnessesOf = ({ leaf, proof }: Kept, vkey: string, { policy, known }: { policy?: Policy; known?: Policy }): string[] => {
  const witnesses = (known ?? policy)?.witnesses.map(({ verifier }) => verifier) ?? []
  return verifyProofFile(parseProofFile(proof), { leaf, log: [parseVkey(vkey)], witnesses, ...(policy === undefined ? {} : { policy }) })
    .cosignatures.map(({ name }) => name)
    .sort()
}
const isMissed = (error: unknown): boolean => error instanceof TlogError && error.code === 'QUORUM_MISSED'

/** People sign up until a proof carries these: on a busy machine a witness may miss a head's deadline, and then counts for the next. */
const carries = async (ledger: LedgerProcess, vkey: string, known: Policy, names: string[]): Promise<Kept> => {
  let visitors = 0
  const next = async (): Promise<Kept> => signedUp(ledger, `visitor-${names.length}-${(visitors += 1)}`)
  return eventually(next, (kept) => witnessesOf(kept, vkey, { known }).join() === names.join())
}

const keyOf = async ({ url }: LedgerProcess): Promise<string> => (await request(url, 'GET', '/log/key')).text.trim()

/** A ledger that began alone, then was given three witnesses. */
const witnessed = async (t: TestContext) => {
  const where = place()
  t.after(where.remove)
  const alone = await LedgerProcess.start(where.data)
  t.after(() => alone.stop('SIGKILL'))
  const vkey = await keyOf(alone)
  const unwitnessed = await signedUp(alone, 'anna.martin')
  await alone.stop()
  const three = ['law-firm', 'auditor', 'notary'].map((name) => new Witness(name))
  t.after(() => Promise.all(three.map((witness) => witness.remove())))
  await Promise.all(three.map((witness) => witness.start([vkey])))
  const file = join(dirname(where.data), 'witnesses.txt')
  writeFileSync(file, policyOf(three, 2, vkey))
  const env = { LEDGER_WITNESSES: file }
  const ledger = await LedgerProcess.start(where.data, { env })
  t.after(() => ledger.stop('SIGKILL'))
  return { ledger, where, env, vkey, three, policy: parsePolicy(policyOf(three, 2, vkey)), unwitnessed }
}

test('two of three: cosigned heads are published, one dead witness changes nothing, two dead are told by the proof', async (t) => {
  const { ledger, vkey, three, policy, unwitnessed } = await witnessed(t)
  const names = (...which: string[]): string[] => which.map((name) => `${name}.example.org`)
  assert.throws(() => witnessesOf(unwitnessed, vkey, { policy }), isMissed, 'nobody saw what was published before')

  const all = await carries(ledger, vkey, policy, names('auditor', 'law-firm', 'notary'))
  assert.equal(witnessesOf(all, vkey, { policy }).length, 3)

  await three[0]?.stop('SIGKILL')
  const two = await carries(ledger, vkey, policy, names('auditor', 'notary'))
  assert.equal(witnessesOf(two, vkey, { policy }).length, 2)

  await three[1]?.stop('SIGKILL')
  const one = await carries(ledger, vkey, policy, names('notary'))
  assert.throws(() => witnessesOf(one, vkey, { policy }), isMissed)
  assert.equal((await ledger.stop()).code, 0)
})

test('a ledger that was put back whole to an earlier day, with its keys and its marks, is found out by a witness before it signs anything', async (t) => {
  const { ledger, where, vkey, three, policy, env } = await witnessed(t)
  const names = three.map((witness) => parseVkey(witness.vkey).name).sort()
  await ledger.stop()
  const copies = [where.data, where.keys].map((directory) => ({ directory, copy: `${directory}.earlier` }))
  for (const { directory, copy } of copies) cpSync(directory, copy, { recursive: true })
  const later = await LedgerProcess.start(where.data, { env })
  t.after(() => later.stop('SIGKILL'))
  await carries(later, vkey, policy, names)
  await later.stop()
  for (const { directory, copy } of copies) {
    rmSync(directory, { recursive: true })
    cpSync(copy, directory, { recursive: true })
  }
  const { code, output } = await LedgerProcess.refused(where.data, env)
  assert.equal(code, 70)
  assert.match(
    output,
    /LOG_DISAGREES: The witness (law-firm|auditor|notary) holds a head of \d+ leaves that this log signed, but its tree ends at/,
  )
})

test('what the ledger publishes is what each witness serves', async (t) => {
  const { ledger, vkey, three, policy } = await witnessed(t)
  const names = three.map(({ vkey }) => parseVkey(vkey).name).sort()
  await carries(ledger, vkey, policy, names)
  const { text } = await request(ledger.url, 'GET', '/log/checkpoint')
  const known = policy.witnesses.map(({ verifier }) => verifier)
  const published = openTreeHead(text, [parseVkey(vkey)], known)
  assert.deepEqual(published.cosignatures.map(({ name }) => name).sort(), names)
  const hash = createHash('sha256').update(published.head.origin).digest('hex')
  for (const witness of three) {
    const seen = openTreeHead((await request(witness.url, 'GET', `/${hash}/checkpoint`)).text, [parseVkey(vkey)], known)
    assert.deepEqual(seen.head, published.head)
    assert.deepEqual(
      seen.cosignatures,
      published.cosignatures.filter(({ vkey }) => vkey === witness.vkey),
    )
  }
})

test('a policy file that cannot be read, or is none, refuses the start', async (t) => {
  const where = place()
  t.after(where.remove)
  const file = join(dirname(where.data), 'witnesses.txt')
  for (const text of [null, 'witness law-firm nonsense\nquorum law-firm\n']) {
    if (text !== null) writeFileSync(file, text)
    const { code, output } = await LedgerProcess.refused(where.data, { LEDGER_WITNESSES: file })
    assert.equal(code, 70)
    assert.match(output, /SETTING_INVALID: LEDGER_WITNESSES: /)
  }
})
