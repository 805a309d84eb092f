// A small ledger in memory for the tests of the edge: one controller with two sites, keys of every kind, and an app with a few routes.
import { randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { controllerStream, type Fact, iso, ledgerStream, operatorsStream, type Role } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { z } from 'zod'
import { createEdge, type EdgeApp, type EdgeDeps, hashKey, type Live, openLive, siteOf } from '../src/index.ts'

export const origin = 'https://www.example.org'
const start = Date.parse('2026-11-22T10:00:00.000Z')

/** Appends facts to a stream as one act of the ledger's own. */
const recorder = (store: MemoryEventStore) => {
  let recorded = 0
  return async (stream: string, ...facts: Fact[]): Promise<void> => {
    const metadata = {
      schemaVersion: 1,
      recordedAt: iso(start + ++recorded),
      writer: { kind: 'system', id: 'test', trust: 'system' },
      actId: randomUUID(),
    } as const
    const last = (await store.readStream(stream, { after: beginning, limit: 1000 })).at(-1)?.revision ?? beginning
    await store.append(
      stream,
      last,
      facts.map((fact) => ({ ...fact, id: randomUUID(), metadata })),
    )
  }
}

const newKey = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`

export type World = Awaited<ReturnType<typeof openWorld>>

const site = (id: string, origins: string[]): Fact => ({
  type: 'SiteRegistered',
  data: { id, name: id, origins, manageConsentLink: true, capture: { ip: 'none', userAgent: false } },
})

/** A new store with controller `campo`, sites `campo-fr` (its origin is `origin`) and `campo-en`; keys are made by `issue` and `hire`. */
export const openWorld = async () => {
  const store = new MemoryEventStore()
  const record = recorder(store)
  await record(
    ledgerStream,
    { type: 'LedgerCreated', data: { ledgerId: randomUUID(), masterKeyCheck: '0'.repeat(64) } },
    { type: 'ControllerNamed', data: { controller: 'campo' } },
  )
  const campo = controllerStream('campo')
  await record(campo, site('campo-fr', [origin]), site('campo-en', ['https://en.example.org']))
  return {
    store,
    record,
    /** Issues a key and tells it, with its id. */
    async issue(kind: 'secret' | 'publishable', of = 'campo-fr') {
      const key = newKey(kind === 'secret' ? 'sk' : 'pk')
      const keyId = randomUUID()
      await record(campo, { type: 'SiteKeyIssued', data: { site: of, keyId, kind, sha256: hashKey(key) } })
      return { key, keyId }
    },
    /** Another controller with a site `campo-fr` of its own, and a publishable key of that. */
    async another(controller: string) {
      const key = newKey('pk')
      await record(ledgerStream, { type: 'ControllerNamed', data: { controller } })
      const issued: Fact = { type: 'SiteKeyIssued', data: { site: 'campo-fr', keyId: randomUUID(), kind: 'publishable', sha256: hashKey(key) } } // prettier-ignore
      await record(controllerStream(controller), site('campo-fr', [origin]), issued)
      return { key }
    },
    revoke: (keyId: string, of = 'campo-fr') => record(campo, { type: 'SiteKeyRevoked', data: { site: of, keyId } }),
    async hire(...roles: Role[]) {
      const key = newKey('ok')
      const operatorId = randomUUID()
      const name = { commitment: '0'.repeat(64), sealed: 'a.b.c' }
      await record(operatorsStream, { type: 'OperatorAdded', data: { operatorId, name, roles, sha256: hashKey(key) } })
      return { key, operatorId }
    },
    /** A live view that never reads by itself. */
    live: () => openLive({ store, clock: Date.now, intervalMs: 3_600_000 }),
  }
}

export type Lines = { lines: string[]; write(line: string): void }
export const collectLines = (): Lines => {
  const lines: string[] = []
  return { lines, write: (line) => void lines.push(line) }
}

const Body = z.strictObject({
  word: z.enum(['yes', 'no']).optional(),
  note: z.string().max(10).optional(),
  choices: z.array(z.strictObject({ decision: z.string() })).optional(),
})
const Reply = z.object({ kind: z.string() })

const addRoutes = (app: EdgeApp): void => {
  const shape = (operationId: string) => ({ operationId, body: Body, response: { 201: Reply, 202: Reply } })
  app.post(
    '/v1/acts',
    { config: { access: { site: ['secret', 'publishable'] }, act: true }, schema: shape('act') },
    async (request, reply) => {
      reply.code(request.slowed ? 202 : 201)
      return { kind: siteOf(request).trust }
    },
  )
  app.post(
    '/v1/withdrawals',
    { config: { access: { site: ['secret', 'publishable'] } }, schema: shape('withdraw') },
    async (_request, reply) => reply.code(201).send({ kind: 'no' }),
  )
  app.post('/v1/batches', { config: { access: { site: ['secret'] }, limit: 'batch' }, schema: shape('batch') }, async (_request, reply) =>
    reply.code(201).send({ kind: 'batch' }),
  )
  app.get(
    '/v1/people/:id',
    {
      config: { access: { roles: ['legal', 'dpo'] } },
      schema: { operationId: 'person', params: z.strictObject({ id: z.string() }), response: { 200: Reply } },
    },
    async () => ({ kind: 'person' }),
  )
  app.get(
    '/v1/texts',
    { config: { access: 'public', cors: 'any' }, schema: { operationId: 'text', response: { 200: Reply } } },
    async (request) => ({ kind: request.caller?.kind ?? 'nobody' }),
  )
  app.get(
    '/v1/address',
    { config: { access: 'public' }, schema: { operationId: 'address', response: { 200: Reply } } },
    async (request) => ({ kind: request.ip }),
  )
  app.get(
    '/v1/wrong',
    { config: { access: 'public' }, schema: { operationId: 'wrong', response: { 200: Reply } } },
    async () => ({ kinds: 1 }) as unknown as { kind: string },
  )
}

/** An app on `live` with routes `act`, `withdraw`, `batch`, `person`, `text`; `thrown` makes `GET /v1/throws` fail with what it gives, and `GET /v1/breaks` in the middle of its answer. */
export const openApp = async (
  live: Live,
  over: Partial<EdgeDeps> = {},
  thrown: () => unknown = () => new Error('no'),
): Promise<EdgeApp> => {
  const app = await createEdge({
    settings: { logLevel: 'info', trustProxy: [] },
    live,
    vault: { noteKeyUses: async () => undefined },
    clock: Date.now,
    version: '0.1.0',
    readiness: async () => [],
    logTo: collectLines(),
    checkReplies: true,
    ...over,
  })
  addRoutes(app)
  app.get('/v1/throws', { config: { access: 'public' }, schema: { operationId: 'throws' } }, async () => {
    throw await thrown()
  })
  const half = async function* () {
    yield 'half'
    throw await thrown()
  }
  app.get('/v1/breaks', { config: { access: 'public' }, schema: { operationId: 'breaks' } }, async (_request, reply) =>
    reply.type('text/plain').send(Readable.from(half())),
  )
  await app.ready()
  return app
}

/** A world, its live view and an app, closed by `t.after`. */
export const openAll = async (t: { after(fn: () => Promise<void>): void }, over: Partial<EdgeDeps> = {}, thrown?: () => unknown) => {
  const world = await openWorld()
  const live = await world.live()
  const app = await openApp(live, over, thrown)
  t.after(async () => {
    await app.close()
    await live.close()
  })
  return { world, live, app }
}

export const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` })
