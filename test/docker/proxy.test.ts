// docker/Caddyfile without an engine: every route goes to the service that has it.
import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, it } from 'node:test'
import { createEdge, type EdgeApp, type Live, openLive, parseSettings } from '@consent-ledger/edge'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { ingestRoutes } from '@consent-ledger/ingest'
import { SealedLog } from '@consent-ledger/logfiles/conformance'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { reportsRoutes } from '@consent-ledger/reports'
import type { Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { read } from '../rules/sources.ts'

const clock = (): number => 0
const settings = parseSettings({ LOG_LEVEL: 'silent' })
type Stores = { store: MemoryEventStore; vault: Vault; live: Live }

/** Paths of the routes that `register` adds, an example of each. */
const pathsOf = async (stores: Stores, register: (app: EdgeApp) => void): Promise<string[]> => {
  const app = await createEdge({ settings, ...stores, clock, version: '0', readiness: async () => [] })
  try {
    register(app)
    const { paths } = (await app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, unknown> }>()
    return Object.keys(paths).map((path) => path.replaceAll(/\{[^}]+\}/g, 'x'))
  } finally {
    await app.close()
  }
}

const store = new MemoryEventStore()
const vault = openMemoryVault({ kek: createSecretKey(Buffer.alloc(32)), clock })
const live = await openLive({ store, clock })
const readModel = await openSqliteReadModel({ file: ':memory:', ledgerId: '00000000-0000-4000-8000-000000000000' })
const stores = { store, vault, live }
const ofEvery = await pathsOf(stores, () => {})
const own = (paths: string[]): string[] => paths.filter((path) => !ofEvery.includes(path))
const ofIngest = own(await pathsOf(stores, (app) => ingestRoutes(app, { ...stores, clock, settings, log: null })))
const projector = { rebuild: async () => {} }
const sealed = new SealedLog()
const ofLog = { log: sealed.published(live), statementKey: sealed.statementKey, witnesses: null }
const ofReports = own(
  await pathsOf(stores, (app) => reportsRoutes(app, { ...stores, readModel, clock, projector, staleAfter: 60_000, ...ofLog })),
)
for (const part of [live, readModel, vault, store]) await part.close()

/** Paths that both have: posted to ingest, asked of reports. */
const shared = ofIngest.filter((path) => ofReports.includes(path))

const file = read('docker/Caddyfile')
const [, list = ''] = /^\s*@ingest path (.+)$/m.exec(file) ?? []
const patterns = list.split(' ')
/** Caddy's own rule: as it stands, or with `*` at its end whatever begins so. */
const matches = (path: string) => (pattern: string) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern)

describe('the proxy', () => {
  it('sends to ingest every route of ingest', () => {
    assert.ok(ofIngest.includes('/v1/consents') && ofIngest.includes('/confirm/x'))
    assert.deepEqual(
      ofIngest.filter((path) => !shared.includes(path) && !patterns.some(matches(path))),
      [],
    )
  })
  it('sends to reports every route of reports, and what every process has', () => {
    assert.ok(ofReports.includes('/v1/subjects/lookup') && ofEvery.includes('/readyz'))
    assert.deepEqual(
      [...ofReports, ...ofEvery].filter((path) => patterns.some(matches(path))),
      [],
    )
  })
  it('tells by the method where both have a path: what is asked for goes to reports', () => {
    assert.deepEqual(shared, ['/v1/objections'])
    assert.match(file, /@objection \{\s+path \/v1\/objections\s+not method GET HEAD\s+\}\s+handle @objection \{\s+import ingest\s+\}/)
  })
  it('has no path that no route of ingest has', () => {
    assert.deepEqual(
      patterns.filter((pattern) => !ofIngest.some((path) => matches(path)(pattern))),
      [],
    )
  })
  it('has both, one after the other', () => {
    assert.deepEqual(
      [...file.matchAll(/dynamic a (\w+) (\d+)/g)].map(([, name, port]) => `${name}:${port}`),
      ['ingest:8080', 'reports:8080'],
    )
  })
  it('logs nothing of a request, which may name a person or hold a token', () => {
    assert.match(file, /fields \{\s+request delete\s+\}/)
  })
})
