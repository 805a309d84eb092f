// GET /log/…: the published transparency log, in the paths of C2SP tlog-tiles. Hashes and heads are for everybody, entries for auditors.
import { LedgerError } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import type { PublishedHead } from '@consent-ledger/logfiles'
import { encodeEntries, hashSize, parseTilePath, tileWidth, type Tile } from '@consent-ledger/tlog'
import type { FastifyReply } from 'fastify'
import type { ReportsDeps } from '../deps.ts'
import { Bytes, Checkpoint, LogKeys, TilePath } from '../schemas/log.ts'

const everybody = { access: 'public', cors: 'any' } as const
const auditors = { access: { roles: ['auditor'] } } as const

/** An entry may be of any controller: whoever sees one controller only may not read entries. Errors: FORBIDDEN. */
const refuseOfOneController = ({ controller }: OperatorCaller): void => {
  if (controller !== undefined)
    throw new LedgerError('FORBIDDEN', 'Entries are of every controller: only an auditor of the whole ledger may read them.')
}

/** What once was published never changes: a copy of it is as good as this answer. */
const forGood = 'public, max-age=31536000, immutable'
const forAWhile = 'public, max-age=2'
const forNobodyElse = 'private, no-store'

const notThere = (): LedgerError => new LedgerError('NOT_FOUND', 'The published log has no such file.')

const headOf = async ({ log }: ReportsDeps): Promise<PublishedHead> => {
  const head = await log.head()
  if (head === null) throw new LedgerError('NOT_PUBLISHED', 'No tree head is published yet.')
  return head
}

const text = 'text/plain; charset=utf-8'
const bytes = 'application/octet-stream'

const send = (reply: FastifyReply, type: string, cache: string, body: string | Uint8Array): FastifyReply => {
  // What a cache may keep for everybody, a page of another origin may read too (Fetch §3.6).
  if (cache.startsWith('public')) void reply.header('cross-origin-resource-policy', 'cross-origin')
  return reply.type(type).header('cache-control', cache).send(body)
}

/** Hashes that the tree of `size` has in a tile. */
const widthIn = (size: bigint, { level, index }: Pick<Tile, 'level' | 'index'>): number => {
  const hashes = (size >> BigInt(8 * level)) - index * BigInt(tileWidth)
  return hashes <= 0n ? 0 : hashes < BigInt(tileWidth) ? Number(hashes) : tileWidth
}

/** A tile of any width that the published tree has: the files of narrower ones may be gone, but their hashes are the first of a wider one. Errors: NOT_FOUND. */
const tileBytes = async (deps: ReportsDeps, tile: Tile): Promise<Uint8Array> => {
  const { size } = await headOf(deps)
  const width = widthIn(size, tile)
  if (tile.width > width) throw notThere()
  const hashes = await deps.log.reader(size).tile({ ...tile, width })
  return hashes.subarray(0, tile.width * hashSize)
}

/** As `tileBytes`, of a bundle of entries. */
const bundleBytes = async (deps: ReportsDeps, { index, width }: { index: bigint; width: number }): Promise<Uint8Array> => {
  const { size } = await headOf(deps)
  if (width > widthIn(size, { level: 0, index })) throw notThere()
  const from = index * BigInt(tileWidth)
  const entries: Uint8Array[] = []
  for await (const { entry } of deps.log.entries(from, from + BigInt(width))) entries.push(entry)
  return encodeEntries(entries)
}

const checkpointRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'readCheckpoint', summary: 'The newest published tree head', tags: ['Log'], response: { 200: Checkpoint } }
  app.get('/log/checkpoint', { config: everybody, schema }, async (_request, reply) =>
    send(reply, text, forAWhile, (await headOf(deps)).note),
  )
}

const keyRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'readLogKeys', summary: 'The keys that sign tree heads', tags: ['Log'], response: { 200: LogKeys } }
  app.get('/log/key', { config: everybody, schema }, async (_request, reply) => {
    const newestFirst = deps.live.ledger().logKeys.toReversed()
    if (newestFirst.length === 0) throw new LedgerError('NOT_PUBLISHED', 'The log has no key yet.')
    return send(reply, text, forAWhile, newestFirst.map(({ vkey }) => `${vkey}\n`).join(''))
  })
}

const tileRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  const common = { tags: ['Log'], params: TilePath, response: { 200: Bytes } }
  const tiles = { ...common, operationId: 'readTile', summary: 'A tile of hashes, whole or partial' }
  app.get('/log/tile/*', { config: everybody, schema: tiles }, async (request, reply) => {
    const path = parseTilePath(`tile/${request.params['*']}`)
    if (path === null || !('tile' in path)) throw notThere()
    return send(reply, bytes, forGood, await tileBytes(deps, path.tile))
  })
  const entries = { ...common, operationId: 'readEntries', summary: 'A bundle of entries, whole or partial' }
  app.get('/log/tile/entries/*', { config: auditors, schema: entries }, async (request, reply) => {
    refuseOfOneController(operatorOf(request))
    const path = parseTilePath(`tile/entries/${request.params['*']}`)
    if (path === null || !('entries' in path)) throw notThere()
    return send(reply, bytes, forNobodyElse, await bundleBytes(deps, path.entries))
  })
}

/** Registers the log. What lies behind the published head is not there yet. */
export const logRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  checkpointRoute(app, deps)
  keyRoute(app, deps)
  tileRoutes(app, deps)
}
