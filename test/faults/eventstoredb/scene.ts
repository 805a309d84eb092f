// A ledger in this process over an EventStoreDB that goes wrong: edge, ingest, reports and projector, with the clock in the test's hand.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import assert from 'node:assert/strict'
import { isPassing, ledgerAggregate, type LedgerFact } from '@consent-ledger/domain'
import { createEdge, openLive, Opened, readModelReady, readyWhen, storeReady, type EdgeApp, type Live } from '@consent-ledger/edge'
import { decideAndAppend, type EventStore, type Ticker } from '@consent-ledger/eventstore'
import { openEsdbEventStore, type Patience } from '@consent-ledger/eventstore/esdb'
import { addOperator, applyCatalogue, ingestRoutes, issueSiteKeys, type IngestDeps } from '@consent-ledger/ingest'
import { SealedLog } from '@consent-ledger/logfiles/conformance'
import { startProjector, type Projector } from '@consent-ledger/projector'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { reportsRoutes } from '@consent-ledger/reports'
import type { Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { type Part, View } from '../../conformance/view.ts'
import { campo, site } from './catalogue.ts'

/** For faults that pass by themselves: a try is given up before long, a call hardly ever. */
export const patient: Patience = { answer: 2_000, whole: 30_000, silence: 300 }
/** For faults that last until a test heals them: what cannot be told is said soon. */
export const impatient: Patience = { answer: 300, whole: 900, silence: 300 }

export const start = Date.parse('2026-11-22T10:00:00.000Z')
const writer = { kind: 'system', id: 'test', trust: 'system' } as const

export type Reply = { status: number; headers: Record<string, unknown>; text: string; json: unknown }
export type Asked = { key: string; idem?: string; body?: unknown }

/** `applied`: how often each event was applied to the read model, by id. `faults`: what would have ended the process. */
export type Ledger = {
  store: EventStore
  live: Live
  vault: Vault
  projector: Projector
  readModel: ReadModel
  keys: { site: string; legal: string }
  applied: Map<string, number>
  faults: unknown[]
  ask: (method: 'GET' | 'POST', url: string, asked?: Partial<Asked>) => Promise<Reply>
  clock: () => number
  /** Moves the clock. */
  later: (ms: number) => void
  close: () => Promise<void>
}

/** Looks again and again until `holds`, a minute at most. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let looks = 0; looks < 6_000; looks++) {
    if (await holds()) return
    await setTimeout(10)
  }
  assert.fail(`never came true: ${what}`)
}

const often: Ticker = (tick) => {
  const timer = setInterval(tick, 250)
  return () => clearInterval(timer)
}

/** What passes through to the read model is counted once it is applied. */
const counting = (readModel: ReadModel, applied: Map<string, number>): ReadModel => {
  const apply: ReadModel['apply'] = async (group, checkpoint) => {
    await readModel.apply(group, checkpoint)
    for (const { id } of group.events) applied.set(id, (applied.get(id) ?? 0) + 1)
  }
  return new Proxy(readModel, {
    get: (target, name) => {
      const found: unknown = name === 'apply' ? apply : Reflect.get(target, name)
      return typeof found === 'function' ? (...given: unknown[]): unknown => Reflect.apply(found, target, given) : found
    },
  })
}

const begin = (store: EventStore, clock: () => number): Promise<void> => {
  const created: LedgerFact = { type: 'LedgerCreated', data: { ledgerId: randomUUID(), masterKeyCheck: '0'.repeat(64) } }
  return decideAndAppend({
    store,
    clock,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer },
    decide: ({ ledgerId }) => (ledgerId === null ? [created] : []),
    conclude: () => undefined,
  })
}

const firstKeys = async (deps: IngestDeps): Promise<Ledger['keys']> => {
  await applyCatalogue(deps, campo, { writer })
  const { secret } = await issueSiteKeys(deps, { controller: campo.controller.id, site }, { writer })
  const { key } = await addOperator(deps, { name: 'Lea Legal', roles: ['legal'] }, { writer })
  return { site: secret, legal: key }
}

const asking =
  (app: EdgeApp): Ledger['ask'] =>
  async (method, url, { key, idem, body } = {}) => {
    const {
      statusCode,
      headers,
      body: text,
    } = await app.inject({
      method,
      url,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(idem === undefined ? {} : { 'idempotency-key': idem }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    const isJson = String(headers['content-type']).includes('json')
    return { status: statusCode, headers, text, json: isJson ? (JSON.parse(text) as unknown) : null }
  }

type Opening = {
  url: string
  patience?: Patience
  /** Another process of the same ledger: the same vault and keys. */
  beside?: Ledger
  /** The part of a server that others use too. */
  part?: Part
}

const openOnce = async ({ url, patience = patient, beside, part }: Opening, opened: Opened): Promise<Ledger> => {
  const time = { now: start }
  const clock = (): number => time.now
  const faults: unknown[] = []
  const onFatal = (fault: unknown): void => void faults.push(fault)
  const whole = opened.keep(await openEsdbEventStore({ url, onFatal, patience }))
  const store = part === undefined ? whole : new View(whole, part)
  await begin(store, clock)
  const vault = beside?.vault ?? openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock })
  const live = opened.keep(await openLive({ store, clock, intervalMs: 250, onFault: onFatal }))
  const applied = new Map<string, number>()
  const file = await openSqliteReadModel({ file: ':memory:', ledgerId: live.ledger().ledgerId ?? '' })
  const readModel = opened.keep(counting(file, applied))
  const readiness = readyWhen(storeReady(live, clock), readModelReady(readModel, clock))
  const app = await createEdge({ settings: { logLevel: 'silent', trustProxy: [] }, live, vault, clock, version: '0', readiness, checkReplies: true, onFatal }) // prettier-ignore
  opened.keep(app)
  const deps = { store, vault, live, clock, settings: { publicUrl: 'https://consent.example.org' }, log: null }
  const log = { info: () => {}, warn: () => {} }
  const projector = startProjector({ store, readModel, live, clock, onFault: onFatal, log, ticker: often })
  opened.onClose(() => projector.stop())
  ingestRoutes(app, deps)
  // Nothing is sealed here: what the log does when a store fails is shown where it is sealed.
  const sealed = new SealedLog()
  reportsRoutes(app, {
    store,
    vault,
    live,
    readModel,
    projector,
    log: sealed.published(live),
    statementKey: sealed.statementKey,
    witnesses: null,
    staleAfter: 60_000,
    clock,
  })
  await app.ready()
  const keys = beside?.keys ?? (await firstKeys(deps))
  const later = (ms: number): void => void (time.now += ms)
  return { store, live, vault, projector, readModel, keys, applied, faults, ask: asking(app), clock, later, close: () => opened.close() }
}

/**
 * On return it has a catalogue, keys, and a projector that is at work. Where a ledger has begun it goes on with that one. Who has little patience
 * may have to try again on a busy machine.
 */
export const openLedger = async (opening: Opening): Promise<Ledger> => {
  for (let tries = 1; ; tries++) {
    const opened = new Opened()
    try {
      return await openOnce(opening, opened)
    } catch (error) {
      await opened.close()
      if (!isPassing(error) || tries === 20) throw error
    }
  }
}
