// Given a ledger with a catalogue, when a request, then these events and this reply: what the tests of this service are written in.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { ledgerAggregate, subjectStream, type CatalogueFile, type LedgerFact, type RecordedEvent } from '@consent-ledger/domain'
import { createEdge, openLive, type EdgeApp } from '@consent-ledger/edge'
import { beginning, decideAndAppend, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import type { SealedLog } from '@consent-ledger/logfiles/conformance'
import type { Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { addOperator, applyCatalogue, ingestRoutes, issueSiteKeys, type IngestDeps } from '../src/index.ts'
import type { Receipt, Recorded } from '../src/schemas/receipts.ts'
import { campo } from './catalogue.ts'

export const start = Date.parse('2026-11-22T10:00:00.000Z')
const by = { writer: { kind: 'system', id: 'test', trust: 'system' } } as const

type Full<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

/** Every field that some reply has; a test reads those of the reply it expects. */
export type Body = Full<Omit<Recorded, 'receipt' | 'receipts'>> & {
  receipts: Full<Receipt>[]
  receipt: Full<Receipt>
  code: string
  detail: string
  errors: { pointer: string; rule: string }[]
  results: { status: number; receipt: Full<Receipt>; problem: Body }[]
  problem: Body
  subjectId: string | null
  states: { purpose: string; channel: string; state: string; askAgainFrom: string | null }[]
  objections: { purpose: string }[]
  showing: string
  sha256: string
  text: string
  purposes: object[]
  logKey: string
  events: { type: string; id: string; eventId?: string }[]
  id: string
  key: string
  secret: string
  publishable: string
  keys: { id: string; kind: string; lastUsedAt: string | null; revokedAt: string | null }[]
  operators: { id: string; name: string; roles: string[]; revokedAt: string | null }[]
  next: string | null
}
export type Reply = { status: number; headers: Record<string, unknown>; text: string; json: Body }
export type Sent = { key?: string; idem?: string | null; headers?: Record<string, string>; body?: unknown; ip?: string }

export type TestLedger = {
  app: EdgeApp
  deps: IngestDeps
  keys: { secret: string; publishable: string; admin: string }
  /** Moves the clock. */
  later: (ms: number) => void
  send: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, sent?: Sent) => Promise<Reply>
  /** A POST with the secret key and, unless it is null, a fresh Idempotency-Key. */
  post: (url: string, body: unknown, sent?: Sent) => Promise<Reply>
  events: (subjectId: string) => Promise<RecordedEvent[]>
  /** How many events the store holds. */
  size: () => Promise<number>
  close: () => Promise<void>
}

export type Parts = {
  store?: EventStore
  vault?: Vault
  catalogue?: CatalogueFile
  clock?: { now: number }
  site?: string
  bootstrap?: boolean
  /** The log, sealed when the test says so; none by default. */
  sealed?: SealedLog
}

const createLedgerStream = (store: EventStore, clock: () => number, keys: LedgerFact[]) =>
  decideAndAppend({
    store,
    clock,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer: by.writer },
    decide: () => [{ type: 'LedgerCreated', data: { ledgerId: randomUUID(), masterKeyCheck: '0'.repeat(64) } }, ...keys],
    conclude: () => undefined,
  })

export const memoryVault = (clock: () => number): Vault => openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock })

const reader = (store: EventStore) => async (subjectId: string) =>
  store.readStream(subjectStream(subjectId), { after: beginning, limit: 1000 })

const sender =
  (app: EdgeApp) =>
  async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, { key, idem, headers = {}, body, ip }: Sent = {}): Promise<Reply> => {
    const reply = await app.inject({
      method,
      url,
      ...(ip === undefined ? {} : { remoteAddress: ip }),
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(idem === undefined || idem === null ? {} : { 'idempotency-key': idem }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    const json = (String(reply.headers['content-type']).includes('json') && reply.body !== '' ? JSON.parse(reply.body) : {}) as Body
    return { status: reply.statusCode, headers: reply.headers, text: reply.body, json }
  }

/** A ledger with the catalogue applied, an administrator and keys for `site`. With `bootstrap: false` it is opened on what another one made. */
export const openLedger = async (parts: Parts = {}): Promise<TestLedger> => {
  const time = parts.clock ?? { now: start }
  const clock = (): number => time.now
  const store = parts.store ?? new MemoryEventStore()
  const vault = parts.vault ?? memoryVault(clock)
  if (parts.bootstrap !== false) await createLedgerStream(store, clock, parts.sealed?.introduced() ?? [])
  const live = await openLive({ store, clock, intervalMs: 3_600_000 })
  const deps: IngestDeps = {
    store,
    vault,
    live,
    clock,
    settings: { publicUrl: 'https://consent.example.org' },
    log: parts.sealed?.published(live) ?? null,
  }
  const app = await createEdge({
    settings: { logLevel: 'silent', trustProxy: [] },
    live,
    vault,
    clock,
    version: '0.0.0',
    readiness: async () => [],
    checkReplies: true,
  })
  ingestRoutes(app, deps)
  await app.ready()
  const keys = { secret: '', publishable: '', admin: '' }
  if (parts.bootstrap !== false) {
    await applyCatalogue(deps, parts.catalogue ?? campo(), by)
    const issued = await issueSiteKeys(deps, { controller: 'campo', site: parts.site ?? 'campo-fr' }, by)
    const { key } = await addOperator(deps, { name: 'Ada Admin', roles: ['admin'] }, by)
    Object.assign(keys, { ...issued, admin: key })
  }
  const send = sender(app)
  return {
    app,
    deps,
    keys,
    later: (ms) => void (time.now += ms),
    send,
    post: (url, body, sent = {}) => send('POST', url, { key: keys.secret, body, idem: randomUUID(), ...sent }),
    events: reader(store),
    size: async () => (await store.readAll({ after: beginning, limit: 10_000 })).length,
    close: async () => {
      await app.close()
      await live.close()
    },
  }
}

/** Fresh people, so that tests do not meet. */
export const email = (name: string = randomUUID()) => ({ identifiers: [{ scheme: 'email', value: `${name}@example.org` }] })
export const cookie = (value: string = randomUUID()) => ({ identifiers: [{ scheme: 'cookie', value }] })
export const both = (...subjects: { identifiers: { scheme: string; value: string }[] }[]) => ({
  identifiers: subjects.flatMap(({ identifiers }) => identifiers),
})

export const yes = { purpose: 'news', decision: 'given' }
export const no = { purpose: 'news', decision: 'refused' }
export const noAds = { purpose: 'ads', decision: 'refused' }
export const notice = { id: 'news-form', version: 1, language: 'fr' }

/** What a site posts for a form. */
export const consent = (subject: unknown, choices: unknown[], over: object = {}) => ({
  subject,
  notice,
  choices,
  method: { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'signup' },
  ...over,
})

export const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type)

export const flagsOf = (event: RecordedEvent | undefined): unknown => event?.data['flags']

export const stateOf = (receipt: Partial<Receipt>, purpose: string, channel: string) =>
  receipt.state?.find((row) => row.purpose === purpose && row.channel === channel)?.state
