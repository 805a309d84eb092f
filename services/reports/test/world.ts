// A ledger in memory with one controller, its staff and a person's stream: what the tests of reports are given.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { controllerStream, iso, subjectStream, type Fact, type JsonObject, type RecordedEvent, type Writer } from '@consent-ledger/domain'
import { createEdge, openLive, type EdgeApp, type Live } from '@consent-ledger/edge'
import { beginning, decideAndAppend, type EventStore, type Ticker } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { SealedLog } from '@consent-ledger/logfiles/conformance'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import type { Policy, Signer } from '@consent-ledger/tlog'
import { seal, sealIdentifier, type Identifier, type Target, type Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import type { AskedReadModel } from '../src/deps.ts'
import type { ScrubBounds } from '../src/scrub/bounds.ts'
import { reportsRoutes } from '../src/index.ts'
import { founded, keyOf, sha256, staff, start, text, type Tick } from './founding.ts'

export { keyOf, sha256, staff, start, text } from './founding.ts'

export const site: Writer = { kind: 'site', id: 'campo-fr', trust: 'secret' }
export const email = (value: string): Identifier => ({ scheme: 'email', kind: 'account', value })
export const cookie = (value: string): Identifier => ({ scheme: 'cookie', kind: 'device', value })

/** What a site's act was: `yes` and `no` to the purpose `news`. `evidence` and identifiers are sealed as ingest does. */
export type Act = {
  controller?: string
  identifiers: Identifier[]
  said: 'yes' | 'no' | 'linked'
  evidence?: Record<string, string>
  collector?: string
}
export type Acted = { target: Target; events: RecordedEvent[] }

const sealed = (target: Target, act: Act): JsonObject => {
  const { actId, subjectId, keys } = target
  const evidence = Object.entries(act.evidence ?? {}).map(([name, value]) => [
    name,
    seal(keys.evidence, { actId, subjectId, field: `evidence/${name}` }, value),
  ])
  const collector =
    act.collector === undefined
      ? {}
      : { collector: { name: seal(keys.evidence, { actId, subjectId, field: 'method/collector/name' }, act.collector) } }
  return {
    identifiers: act.identifiers.map((identifier, n) => sealIdentifier(keys, { actId, subjectId, field: `identifiers/${n}` }, identifier)),
    ...(evidence.length === 0 ? {} : { evidence: Object.fromEntries(evidence) as JsonObject }),
    method: { kind: 'web-form', control: 'checkbox', workflow: 'checkout', ...collector },
  }
}

const factsOf = (target: Target, act: Act, recordedAt: number): Fact[] => {
  const controller = act.controller ?? 'campo'
  const when = { occurredAt: iso(recordedAt), occurredAtFrom: 'site', orderAt: iso(recordedAt) }
  const personal = sealed(target, act)
  const answer = { controller, site: 'campo-fr', purpose: 'news', purposeVersion: 1, channels: ['email'], ...when, ...personal }
  const notice = { id: 'news-form', version: 1, language: 'fr', sha256: sha256(text) }
  const links = target.links.map(({ linkId, scheme }): Fact => ({
    type: 'IdentityLinked',
    data: { controller, linkId, scheme, kind: 'device', commitment: 'a'.repeat(64) },
  }))
  if (act.said === 'no') return [{ type: 'ConsentWithdrawn', data: answer }]
  return [{ type: 'ConsentGiven', data: { ...answer, notice, until: iso(recordedAt + 365 * 86_400_000) } }, ...links]
}

export type World = {
  app: EdgeApp
  store: MemoryEventStore
  vault: Vault
  tick: Tick
  live: Live
  /** Has read nothing until `project` brings it level. */
  readModel: ReadModel
  /** Publishes with `log.seal(store)`; until then nothing is published. */
  log: SealedLog
  rebuilt: () => number
  /** A site's act, recorded on every subject that it reaches; answers with the first. */
  act(act: Act): Promise<Acted>
  /** Version 2 of the notice, of class new-processing, in force from a day. */
  replaceNotice(validFrom: string): Promise<void>
  events(subjectId: string): Promise<RecordedEvent[]>
  ask(
    method: 'GET' | 'POST',
    url: string,
    as: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; json: unknown; headers: Record<string, unknown>; text: string }>
  /** As after a restart with another file. */
  useStatementKey(key: Signer): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a world. `vaultOver`, `readModelOver` and `storeOver` stand between the service and what it works with, to watch or to lose something. `storeOver` is asked at each use, as if the
 * process had begun anew.
 */
export const openWorld = async (
  over: {
    vaultOver?: (vault: Vault) => Vault
    readModelOver?: (readModel: ReadModel) => AskedReadModel
    ticker?: Ticker
    scrubBounds?: ScrubBounds
    /** Where log lines go; none are written without it. */
    logTo?: { write(line: string): void }
    onFatal?: (error: unknown) => void
    staleAfter?: number
    witnesses?: Policy
    storeOver?: (store: EventStore) => EventStore
  } = {},
): Promise<World> => {
  const tick = { now: start }
  const clock = (): number => tick.now
  const store = new MemoryEventStore()
  const vault = openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock })
  const log = new SealedLog()
  await founded(store, tick, ['campo', 'other'], log.introduced(), staff)
  const readModel = await openSqliteReadModel({ file: ':memory:', ledgerId: randomUUID() })
  const live = await openLive({ store, clock, intervalMs: 60_000 })
  const app = await createEdge({ settings: { logLevel: over.logTo ? 'info' : 'silent', trustProxy: [] }, live, vault, clock, version: '0', readiness: async () => [], checkReplies: true, onFatal: over.onFatal ?? (() => undefined), ...(over.logTo && { logTo: over.logTo }) }) // prettier-ignore
  let rebuilt = 0
  const signing = { statements: log.statementKey }
  const projector = { rebuild: async () => void rebuilt++ }
  reportsRoutes(app, {
    get store() {
      return over.storeOver?.(store) ?? store
    },
    vault: over.vaultOver?.(vault) ?? vault,
    live,
    readModel: over.readModelOver?.(readModel) ?? readModel,
    projector,
    staleAfter: over.staleAfter ?? 60_000,
    ...(over.ticker === undefined ? {} : { ticker: over.ticker }),
    ...(over.scrubBounds === undefined ? {} : { scrubBounds: over.scrubBounds }),
    log: log.published(live),
    get statementKey() {
      return signing.statements
    },
    witnesses: over.witnesses ?? null,
    clock,
  })
  await app.ready()

  const events = (subjectId: string): Promise<RecordedEvent[]> =>
    store.readStream(subjectStream(subjectId), { after: beginning, limit: 1000 })
  const act = async (posted: Act): Promise<Acted> => {
    tick.now += 1000
    const claimed = await vault.claim({ controller: posted.controller ?? 'campo', writer: `site:${posted.controller ?? 'campo'}/campo-fr`, body: '{}', identifiers: posted.identifiers, reach: 'one', link: true, onConflict: 'refuse' }) // prettier-ignore
    if (claimed.outcome !== 'claimed' || !claimed.targets[0]) throw new Error(claimed.outcome)
    const [target] = claimed.targets
    const decide = (_: null, recordedAt: number): Fact[] => factsOf(target, posted, recordedAt)
    const aggregate = { stream: subjectStream(target.subjectId), initial: () => null, evolve: () => null }
    const events = await decideAndAppend({ store, clock, aggregate, act: { actId: target.actId, writer: site }, decide, conclude: (done) => done.events }) // prettier-ignore
    return { target, events }
  }
  const replaceNotice = async (validFrom: string): Promise<void> => {
    const stream = controllerStream('campo')
    const published = await store.readStream(stream, { after: beginning, limit: 1000 })
    const notice = published.find((event) => event.type === 'NoticePublished')
    if (!notice) throw new Error('the world has no notice')
    const data = { ...notice.data, version: 2, validFrom }
    const metadata = { ...notice.metadata, recordedAt: iso(tick.now++) }
    await store.append(stream, BigInt(published.length - 1), [{ ...notice, id: randomUUID(), data, metadata }])
  }
  const ask: World['ask'] = async (method, url, as, body, headers = {}) => {
    tick.now += 1000
    const reply = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${keyOf(as)}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    return {
      status: reply.statusCode,
      json: (/[/+]json/.test(String(reply.headers['content-type'])) ? JSON.parse(reply.body) : null) as unknown,
      headers: reply.headers,
      text: reply.body,
    }
  }
  const useStatementKey = async (key: Signer): Promise<void> => {
    signing.statements = key
    await live.refresh()
  }
  const close = async (): Promise<void> => {
    await app.close()
    await live.close()
    await readModel.close()
    await vault.close()
    await store.close()
  }
  return { app, store, vault, tick, live, readModel, log, rebuilt: () => rebuilt, act, replaceNotice, events, ask, useStatementKey, close }
}
