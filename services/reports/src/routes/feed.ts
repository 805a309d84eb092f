// The eligibility feed over HTTP: the snapshot, the changes behind it as pages, long poll and server-sent events, and the replay.
import { Readable } from 'node:stream'
import { cursorOf, FeedCursor, iso, LedgerError, refuse, type Channel, type FeedPlace } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseForm } from '../accept.ts'
import { orComeAgain } from '../comeAgain.ts'
import type { ReportsDeps } from '../deps.ts'
import { controllersWith } from '../eligibility/asked.ts'
import { demandFresh } from '../eligibility/freshness.ts'
import { askers } from '../eligibility/lookUp.ts'
import { placeAfter, readPage, type Page, type Part } from '../eligibility/pages.ts'
import { snapshotLines } from '../eligibility/snapshot.ts'
import { eventsOf } from '../eligibility/sse.ts'
import { FeedWatch, ticksPerSecond, type Seat } from '../eligibility/watch.ts'
import { limitOf } from '../schemas/asked.ts'
import { Changes, ChangesAsked, Replaying, Snapshot, SnapshotAsked } from '../schemas/eligibility.ts'
import { sendLines } from '../sendLines.ts'
import { demandUnbound, keyHolds, visibleControllers } from '../visible.ts'

type Named = { purpose?: string | undefined; channel?: Channel | undefined; controller?: string | undefined }

/** What of the feed the caller asks for and may see. Errors: UNKNOWN_PURPOSE, NOT_FOUND for a controller that is not theirs. */
const partOf = async (deps: ReportsDeps, caller: OperatorCaller, { purpose, channel, controller: named }: Named): Promise<Part> => {
  if (purpose !== undefined) await controllersWith(deps, caller, { controller: named, purpose })
  else if (named !== undefined) await visibleControllers(deps, caller, named)
  const controller = named ?? caller.controller
  return { ...(purpose && { purpose }), ...(channel && { channel }), ...(controller && { controller }) }
}

const pageText = ({ changes, next, fresh }: Page) => ({
  changes,
  next: cursorOf(next),
  asOf: fresh && iso(fresh.asOf),
  lagMs: fresh && fresh.lagMs,
})

/** Sent as the reader takes them, and through no proxy that gathers them first. */
const sendEvents = (reply: FastifyReply, events: Readable): FastifyReply =>
  reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(events)

/** A place among those who wait, given back when the connection ends. Errors: RATE_LIMITED. */
const seatFor = (watch: FeedWatch, { operatorId }: OperatorCaller, reply: FastifyReply): Seat => {
  const seat = orComeAgain(reply, 2, () => watch.sit(operatorId))
  if (reply.raw.closed) seat.leave()
  else reply.raw.once('close', seat.leave)
  return seat
}

/** Whether it is still worth reading for whoever came: their connection is there, and their key holds. */
const isHeard = (deps: ReportsDeps, caller: OperatorCaller, { raw }: FastifyReply): boolean => !raw.closed && keyHolds(deps, caller)

const snapshotRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'takeEligibilitySnapshot',
    summary: 'The verdict on every key, and the cursor behind it',
    tags: ['Marketing'],
    querystring: SnapshotAsked,
    response: { 200: Snapshot },
  }
  const route = { config: { access: { roles: askers } }, schema, exposeHeadRoute: false }
  app.get('/v1/eligibility/snapshot', route, async (request, reply) => {
    const caller = operatorOf(request)
    const part = await partOf(deps, caller, request.query)
    await demandFresh(deps)
    const lines = snapshotLines(deps, part, await placeAfter(deps, undefined, ''), () => isHeard(deps, caller, reply))
    return sendLines(request, reply, Readable.from(lines))
  })
}

const forms = ['application/json', 'text/event-stream'] as const
const otherwise = 'Changes are application/json, or text/event-stream for as long as the connection lasts.'

/** The cursor with which somebody comes again after a broken connection is newer than the one in the address. Errors: INVALID_REQUEST. */
const lastEventId = ({ headers }: FastifyRequest): string | undefined => {
  const id = headers['last-event-id']
  if (id === undefined || id === '') return undefined
  if (typeof id === 'string' && FeedCursor.safeParse(id).success) return id
  throw refuse('INVALID_REQUEST', '/header/last-event-id', 'pattern', 'Does not have the form that is asked for.')
}

type Wait = { caller: OperatorCaller; part: Part; after: FeedPlace; limit: number; seconds: number }

const isSomething = ({ changes, fresh }: Page): boolean => changes.length > 0 || fresh === null

/**
 * A page, at once if there is a change or more to look through, else as soon as there is, and without any once the wait is over. Errors: UNAUTHENTICATED if the key was
 * revoked meanwhile, RATE_LIMITED.
 */
const awaitPage = async (
  deps: ReportsDeps,
  watch: FeedWatch,
  reply: FastifyReply,
  { caller, part, after, limit, seconds }: Wait,
): Promise<Page> => {
  const read = (place: FeedPlace): Promise<Page> => readPage(deps, part, place, limit, () => isHeard(deps, caller, reply))
  let page = await read(after)
  if (isSomething(page) || seconds === 0) return page
  const seat = seatFor(watch, caller, reply)
  const until = watch.ticks + seconds * ticksPerSecond
  try {
    for (;;) {
      const why = await seat.wait(page.next, until)
      if (!keyHolds(deps, caller)) throw new LedgerError('UNAUTHENTICATED', 'This key was revoked.')
      page = await read(page.next)
      if (isSomething(page) || why !== 'moved') return page
    }
  } finally {
    seat.leave()
  }
}

const changesRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const watch = new FeedWatch(deps, deps.ticker)
  // Before connections are waited for: who waits for a change would hold the stop for as long as none comes.
  app.addHook('preClose', async () => watch.close())
  const schema = {
    operationId: 'listEligibilityChanges',
    summary: 'Changes of verdicts, oldest first, as pages or as they come',
    tags: ['Marketing'],
    querystring: ChangesAsked,
    response: { 200: Changes },
  }
  const route = { config: { access: { roles: askers } }, schema, exposeHeadRoute: false }
  app.get('/v1/eligibility/changes', route, async (request, reply) => {
    const form = chooseForm(request.headers.accept, forms, otherwise)
    const { after: asked, wait, limit, ...named } = request.query
    const caller = operatorOf(request)
    const part = await partOf(deps, caller, named)
    await demandFresh(deps)
    reply.header('vary', 'Accept')
    if (form === 'application/json') {
      const after = await placeAfter(deps, asked, '/query/after')
      const page = await awaitPage(deps, watch, reply, { caller, part, after, limit: limitOf(limit), seconds: Number(wait ?? 0) })
      return reply.type('application/json; charset=utf-8').send(pageText(page))
    }
    const again = lastEventId(request)
    const after = await (again === undefined ? placeAfter(deps, asked, '/query/after') : placeAfter(deps, again, '/header/last-event-id'))
    const seat = seatFor(watch, caller, reply)
    const mayGoOn = (): boolean => keyHolds(deps, caller)
    return sendEvents(reply, Readable.from(eventsOf(deps, watch, { part, after, seat, mayGoOn })))
  })
}

const replayRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'replayEligibility',
    summary: 'Tell the whole feed anew, in a new epoch',
    tags: ['Marketing'],
    response: { 202: Replaying },
  }
  app.post('/v1/eligibility/replay', { config: { access: { roles: ['admin'] } }, schema }, async (request, reply) => {
    // The feed is everybody's, as the read model is.
    demandUnbound(operatorOf(request))
    await deps.readModel.newEpoch()
    const { epoch } = await deps.readModel.feed()
    return reply.code(202).send({ status: 'replaying', epoch: epoch.toString() })
  })
}

/** Registers the feed. Its lines are ids and verdicts of everybody, so that no look at one person is noted; who takes it stands in the log of the process. */
export const feedRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  snapshotRoute(app, deps)
  changesRoute(app, deps)
  replayRoute(app, deps)
}
