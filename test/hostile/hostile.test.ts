// 100,000 generated hostile requests against a ledger as a user runs it: an answer to each, never a fault, and memory stays flat.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { conflictCodes, faultCodes, refusalCodes } from '@consent-ledger/domain'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'
import type { Answer } from './answers.ts'
import { Connection, NoAnswer, throwAt } from './connection.ts'
import { hostileRequest, type HostileRequest } from './requests.ts'
import type { Known } from './routes.ts'
import { rubbish } from './rubbish.ts'

const seed = 20_261_122
const total = 100_000
/** Of ten requests one is rubbish on a connection of its own. */
const isRubbish = (n: number): boolean => n % 10 === 0
const codes: ReadonlySet<string> = new Set([...refusalCodes, ...conflictCodes, ...faultCodes])

const optIn = (known: string): object => ({
  controller: {
    id: 'hostile',
    name: 'Hostile SAS',
    address: '1 rue du Test',
    contact: 'dpo@example.org',
    jurisdiction: 'FR',
    regulator: 'FR-CNIL',
  },
  sites: [{ id: known, name: 'Hostile', origins: ['https://hostile.example.org'], manageConsentLink: true }],
  purposes: [
    {
      id: 'letters',
      version: 1,
      legalBasis: 'consent',
      marketing: true,
      channels: ['email'],
      dataKinds: ['contact'],
      recipients: [],
      retention: 'P3Y',
      confirmation: 'double-opt-in',
      text: { fr: { title: 'Lettres', description: 'Lettres' } },
    },
  ],
  notices: [
    {
      id: 'letters-form',
      version: 1,
      change: 'new-processing',
      validFrom: '2026-01-01',
      purposes: ['letters'],
      withdrawal: { fr: 'Par lettre' },
      text: { fr: 'Oui' },
    },
  ],
})

/** People, receipts, tokens and keys for the requests to name. */
const acquaint = async (ledger: LedgerProcess): Promise<Known> => {
  const { sites, operators } = ledger.keys
  const post = async (path: string, key: string, body: unknown, method = 'POST') =>
    (await request(ledger.url, method, path, { key, idempotencyKey: randomUUID(), body })).json
  const site = sites['huttopia-fr'] ?? { secret: '', publishable: '' }
  const revoked = await post('/v1/sites/huttopia-fr/keys', operators.admin, {})
  await request(ledger.url, 'DELETE', `/v1/sites/huttopia-fr/keys/${revoked.id}`, { key: operators.admin })
  await post('/v1/catalogue', operators.admin, optIn('hostile-letters'), 'PUT')
  const letters = await post('/v1/sites/hostile-letters/keys', operators.admin, {})
  const known: Known = { keys: { ...site, revoked: revoked.secret, ...operators }, subjects: [], receipts: [], tokens: [] }
  for (let n = 0; n < 60; n++) {
    const { receipt } = await post('/v1/consents', site.secret, signUp(`person-${n}@example.org`))
    known.subjects.push(receipt.subjectId)
    known.receipts.push(receipt.id)
    const asked = signUp(`person-${n}@example.org`, {
      notice: { id: 'letters-form', version: 1, language: 'fr' },
      choices: [{ purpose: 'letters', decision: 'given' }],
    })
    known.tokens.push((await post('/v1/consents', letters.secret, asked)).confirmation.token)
  }
  return known
}

/** What is wrong with an answer, or nothing. */
const faultIn = ({ status, headers, body }: Answer, { method, path }: { method: string; path: string }): string | null => {
  if (status >= 500) return `${status} ${body.toString('utf8')}`
  if (status < 400) return null
  const type = headers.get('content-type') ?? ''
  if (path.startsWith('/confirm/') && type.startsWith('text/html')) return null
  if (!type.startsWith('application/problem+json')) return `${status} as ${type}: ${body.toString('utf8').slice(0, 200)}`
  if (method === 'HEAD') return null
  const problem = JSON.parse(body.toString('utf8')) as { code: string; status: number }
  return codes.has(problem.code) && problem.status === status ? null : `${status} with ${body.toString('utf8').slice(0, 200)}`
}

class Run {
  readonly statuses = new Map<number, number>()
  readonly faults: string[] = []
  readonly #port: number
  readonly #known: Known
  #next = 0

  constructor(url: string, known: Known) {
    this.#port = Number(new URL(url).port)
    this.#known = known
  }

  /** Sends all requests before number `end`, over several connections at once. */
  async until(end: number): Promise<void> {
    await Promise.all(Array.from({ length: 12 }, () => this.#work(end)))
  }

  async #work(end: number): Promise<void> {
    let connection: Connection | null = null
    while (this.#next < end && this.faults.length < 20) {
      const first = this.#next++
      if (isRubbish(first)) {
        await this.#throw(first)
        continue
      }
      const group = [hostileRequest(seed, first, this.#known)]
      while (group.length < 8 && !group.at(-1)?.alone && this.#next < end && !isRubbish(this.#next))
        group.push(hostileRequest(seed, this.#next++, this.#known))
      connection = await this.#send(group, connection)
    }
    connection?.end()
  }

  async #send(group: readonly HostileRequest[], connection: Connection | null): Promise<Connection> {
    let open = connection
    for (let rest = group; rest.length > 0;) {
      // Nothing may wait behind one that may end its connection.
      const together = rest[0]?.alone ? rest.slice(0, 1) : rest.slice(0, rest.findIndex(({ alone }) => alone) >>> 0)
      open = open === null || open.closed ? new Connection(this.#port) : open
      const answers = await this.#exchange(open, together)
      for (const [n, answer] of answers.entries()) this.#judge(answer, together[n] ?? { method: '', path: '' })
      rest = rest.slice(Math.max(answers.length, 1))
    }
    return open ?? new Connection(this.#port)
  }

  async #exchange(connection: Connection, together: readonly HostileRequest[]): Promise<Answer[]> {
    try {
      return await connection.exchange(together)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      connection.end()
      // Cut off while it was still being sent: the answer may be lost with the rest of the body (RFC 9112 §9.6).
      if (!together[0]?.oversized)
        this.faults.push(`${error.message}: ${together.map(({ bytes }) => bytes.toString('latin1').slice(0, 400)).join(' | ')}`)
      return []
    }
  }

  async #throw(n: number): Promise<void> {
    const bytes = rubbish(seed, n, this.#known)
    try {
      for (const answer of await throwAt(this.#port, bytes))
        this.#judge(answer, { method: 'GET', path: bytes.toString('latin1').slice(0, 100) })
    } catch (error) {
      this.faults.push(`${String(error)}: ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`)
    }
  }

  #judge(answer: Answer, asked: { method: string; path: string; bytes?: Buffer }): void {
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1)
    const fault = faultIn(answer, asked)
    if (fault !== null)
      this.faults.push(`${asked.method} ${asked.path.slice(0, 100)}: ${fault}: ${asked.bytes?.toString('latin1').slice(0, 1500) ?? ''}`)
  }
}

/** Bytes resident and in use after the ledger's garbage was collected; `time`: which settling this is, from 1. */
const settle = async (ledger: LedgerProcess, time: number): Promise<{ rss: number; used: number }> => {
  ledger.child.kill('SIGUSR2')
  const [, rss, used] = await ledger.says(new RegExp(`^Settled ${time}: (\\d+) (\\d+)`))
  return { rss: Number(rss), used: Number(used) }
}

test('100,000 hostile requests', { timeout: 600_000 }, async (t) => {
  const { data, remove } = place()
  t.after(remove)
  const settling = `--import=${new URL('settle.ts', import.meta.url).href}`
  const ledger = await LedgerProcess.start(data, { env: { LOG_LEVEL: 'error', LEDGER_TRUST_PROXY: '127.0.0.1', NODE_OPTIONS: settling } })
  t.after(() => ledger.stop('SIGKILL'))
  const run = new Run(ledger.url, await acquaint(ledger))
  await run.until(total / 5)
  const early = await settle(ledger, 1)
  await run.until(total)
  const late = await settle(ledger, 2)
  assert.deepEqual(run.faults, [], ledger.output.slice(-3000))
  const counts = Object.fromEntries([...run.statuses].sort(([a], [b]) => a - b))
  t.diagnostic(`answers by status: ${JSON.stringify(counts)}`)
  t.diagnostic(`memory after a fifth and after all: ${JSON.stringify({ early, late })}`)
  for (const status of [200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422])
    assert.ok((counts[status] ?? 0) >= 50, `the requests reach answers of status ${status}`)
  assert.ok(late.used <= early.used * 1.3, 'memory in use stays flat')
  // What the allocator keeps after a burst differs from run to run; a leak of a hundred bytes in each request would show above.
  assert.ok(late.rss <= early.rss * 2, 'resident memory stays flat')
  for (const path of ['/livez', '/readyz']) assert.equal((await request(ledger.url, 'GET', path)).status, 200)
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  assert.equal(
    (await request(ledger.url, 'POST', '/v1/consents', { key, idempotencyKey: randomUUID(), body: signUp('afterwards@example.org') }))
      .status,
    201,
  )
  assert.equal((await ledger.stop()).code, 0)
})
