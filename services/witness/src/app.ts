// The HTTP of a witness: one POST that changes something, two GETs that show how far it has come.
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'
import { addCheckpoint, type Answer, type Witness } from './addCheckpoint.ts'
import { aboutPage, originHash } from './page.ts'
import { openRate } from './rate.ts'

/** 63 hashes and 100 signatures of a usual length have room in it many times over. */
const longestBody = 65_536
const slowest = 10_000
const mostConnections = 500

const send = (reply: FastifyReply, { status, body, type = 'text/plain; charset=utf-8', retryAfter }: Answer): FastifyReply => {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  return reply.code(status).header('content-type', type).header('x-content-type-options', 'nosniff').send(body)
}

const textOf = (body: unknown): string | null => {
  if (!(body instanceof Uint8Array)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return null
  }
}

const saying = { 404: 'Nothing is here.\n', 413: 'The request is too long.\n', 429: 'Too many requests from this address.\n' } as const

/** Ready to listen. `onFault`: the database failed; the caller was told 500 and nothing was cosigned. */
export const createWitnessApp = (witness: Witness, onFault: (fault: unknown) => void): FastifyInstance => {
  const app = fastify({ bodyLimit: longestBody, requestTimeout: slowest, connectionTimeout: slowest * 2, forceCloseConnections: 'idle' })
  app.server.maxConnections = mostConnections
  const mayAsk = openRate(witness.clock)
  const origins = new Map([...witness.logs.keys()].map((origin) => [originHash(origin), origin]))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async ({ ip }, reply) => {
    if (!mayAsk(ip)) return send(reply, { status: 429, body: saying[429], retryAfter: 1 })
  })
  let closing = false
  app.addHook('preClose', async () => void (closing = true))
  app.addHook('onSend', async (_request, reply) => {
    // A line that is kept open for a next request would hold up the end.
    if (closing) reply.header('connection', 'close')
  })
  app.post('/add-checkpoint', async ({ body }, reply) => {
    const text = textOf(body)
    return send(reply, text === null ? { status: 400, body: 'The request is not a text in UTF-8.\n' } : addCheckpoint(witness, text))
  })
  app.get('/', async (_request, reply) => send(reply, { status: 200, body: aboutPage(witness) }))
  app.get<{ Params: { hash: string } }>('/:hash/checkpoint', async ({ params }, reply) => {
    const origin = origins.get(params.hash) ?? ''
    const last = witness.record.last(origin)
    if (last === null) return send(reply, { status: 404, body: saying[404] })
    // The one kept last may not have been answered yet, if its mark failed.
    witness.mark.cover(origin)
    return send(reply.header('cache-control', 'max-age=5'), { status: 200, body: last.note + last.signature })
  })
  app.setNotFoundHandler(async (_request, reply) => send(reply, { status: 404, body: saying[404] }))
  app.setErrorHandler(async (error: FastifyError, _request, reply) => {
    if (error.statusCode === 413) return send(reply, { status: 413, body: saying[413] })
    if (error.statusCode !== undefined && error.statusCode < 500) return send(reply, { status: 400, body: 'The request cannot be read.\n' })
    onFault(error)
    return send(reply, { status: 500, body: 'The witness has a fault. Nothing was cosigned.\n' })
  })
  return app
}
