// POST /v1/eligibility/scrub: a list of addresses checked before a mailing; the list of such checks, and the proof of each.
import { tmpdir } from 'node:os'
import { iso, LedgerError, stopsTheProcess } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import type { Scrub as ListedScrub } from '@consent-ledger/readmodel'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { toldAsOf } from '../asOf.ts'
import { orComeAgain } from '../comeAgain.ts'
import type { ReportsDeps } from '../deps.ts'
import { askers } from '../eligibility/lookUp.ts'
import { limitOf } from '../schemas/asked.ts'
import { OfScrub, ScrubAnswer, ScrubAsked, ScrubLines, ScrubProofAnswer, ScrubProofAsked, Scrubs, ScrubsAsked } from '../schemas/scrub.ts'
import { demandAsked } from '../scrub/asked.ts'
import { demandLines, mediaTypes, piecesOf } from '../scrub/body.ts'
import { scrubBounds } from '../scrub/bounds.ts'
import { begin } from '../scrub/perform.ts'
import { findScrub, proveScrub } from '../scrub/proof.ts'
import { endOf, runScrub, type Ended } from '../scrub/run.ts'
import { ScrubSeats } from '../scrub/seats.ts'
import { Spool } from '../scrub/spool.ts'
import { sendLines } from '../sendLines.ts'
import { oneController, visibleControllers } from '../visible.ts'

/** A seat until the answer has been taken or its connection has ended. Errors: RATE_LIMITED. */
const seatFor = (seats: ScrubSeats, { operatorId }: OperatorCaller, reply: FastifyReply): Promise<Ended> => {
  const leave = orComeAgain(reply, 5, () => seats.take(operatorId))
  const ended = endOf(reply.raw)
  void ended.then(leave)
  return ended
}

/** Says why an answer was cut off, which it cannot say itself. What came before its first byte was answered with a problem. */
const noteCut = (app: EdgeApp, { log }: FastifyRequest, { raw }: FastifyReply, operator: string, error: unknown): void => {
  if (raw.statusCode !== 200) return
  const known = error instanceof LedgerError ? { code: error.code, message: error.message } : { message: 'A scrub was cut off.' }
  log.warn({ err: error, operator, ...known }, known.message)
  if (stopsTheProcess(error)) app.onFatal(error)
}

/**
 * Registers the scrub. The answer begins while the list still comes, and what the client does not take of it waits on disk. What goes wrong before the answer's first
 * byte is answered as a problem; after it the connection is cut.
 */
const scrubRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const seats = new ScrubSeats()
  const { spooled, ...unpacking } = deps.scrubBounds ?? scrubBounds
  const running = new Set<Promise<void>>()
  // Every connection is over by then; what was cut off is on record before its store is closed.
  app.addHook('onClose', async () => void (await Promise.all(running)))
  // Nobody else takes lines: the parser is of this route alone. It reads nothing, so that the handler does.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  const schema = {
    operationId: 'scrub',
    summary: 'Check a list of addresses before a mailing',
    tags: ['Marketing'],
    consumes: [...mediaTypes],
    querystring: ScrubAsked,
    body: ScrubLines,
    response: { 200: ScrubAnswer },
  }
  app.post('/v1/eligibility/scrub', { config: { access: { roles: askers }, streamed: true }, schema }, async (request, reply) => {
    const caller = operatorOf(request)
    const { purpose, channel } = request.query
    const form = demandLines(request.raw)
    const { catalogue, recipient } = await demandAsked(deps, caller, request.query)
    const ended = seatFor(seats, caller, reply)
    const beginning = await begin(deps)
    const spool = new Spool(tmpdir(), spooled)
    const scrub = { catalogue, purpose, channel, operatorId: caller.operatorId, recipient }
    const pieces = piecesOf(request.raw, form, unpacking)
    const run = runScrub(deps, scrub, { beginning, pieces, spool, answer: reply.raw, ended }).catch((error: unknown) =>
      noteCut(app, request, reply, caller.operatorId, error),
    )
    running.add(run)
    void run.finally(() => running.delete(run))
    return sendLines(request, reply, spool.readable)
  })
}

const told = (scrub: ListedScrub) => ({
  id: scrub.scrubId,
  recordedAt: iso(scrub.recordedAt),
  operator: scrub.operator,
  purpose: scrub.purpose,
  channel: scrub.channel,
  recipient: scrub.recipient,
  count: scrub.count,
  allowed: scrub.allowed,
  cutOff: scrub.cutOff,
  inputSha256: scrub.inputSha256,
  outputSha256: scrub.outputSha256,
  asOf: iso(scrub.asOf),
  cursor: scrub.cursor,
})

const listRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'listScrubs',
    summary: 'The lists that were checked, newest first',
    tags: ['Marketing'],
    querystring: ScrubsAsked,
    response: { 200: Scrubs },
  }
  app.get('/v1/eligibility/scrubs', { config: { access: { roles: askers } }, schema }, async (request) => {
    const { controller: named, limit: asked, after } = request.query
    const { controllerId: controller } = await oneController(deps, operatorOf(request), named)
    const limit = limitOf(asked)
    const { asOf } = await deps.readModel.progress()
    const found = await deps.readModel.listScrubs({ controller, limit: limit + 1, ...(after === undefined ? {} : { after }) })
    const page = found.slice(0, limit)
    const next = found.length > limit ? (page.at(-1)?.scrubId ?? null) : null
    return { controller, scrubs: page.map(told), next, ...toldAsOf(deps, asOf) }
  })
}

const proofRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'proveScrub',
    summary: 'Proof that a scrub lies in the log',
    tags: ['Marketing'],
    params: OfScrub,
    querystring: ScrubProofAsked,
    response: { 200: ScrubProofAnswer },
  }
  app.get('/v1/eligibility/scrubs/:scrubId/proof', { config: { access: { roles: askers } }, schema }, async (request) => {
    const controllers = await visibleControllers(deps, operatorOf(request), request.query.controller)
    const scrubId = request.params.scrubId.toLowerCase()
    const event = await findScrub(
      deps,
      controllers.map(({ controllerId }) => controllerId),
      scrubId,
    )
    if (event === null) throw new LedgerError('NOT_FOUND', 'There is no such scrub.')
    return proveScrub(deps, scrubId, event)
  })
}

/** Registers the scrub, the list of scrubs, and their proofs: 503 with Retry-After until a published head covers one. */
export const scrubRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  void app.register(async (scope) => scrubRoute(scope as EdgeApp, deps))
  listRoute(app, deps)
  proofRoute(app, deps)
}
