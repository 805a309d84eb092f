// POST /v1/recipients/{id}/acknowledgements, GET /v1/propagation: how long it takes from a stop to the systems that write to people.
import { cursorOf, iso, isOverdue, type Catalogue, type DownstreamSystem, type Role } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import { toldAsOf } from '../asOf.ts'
import type { ReportsDeps } from '../deps.ts'
import { placeAfter } from '../eligibility/pages.ts'
import { acknowledge, acknowledgers, findSystem, noSuchSystem, systemStandings, type SystemStanding } from '../propagation.ts'
import { propagationMetrics } from '../propagationMetrics.ts'
import { Acknowledged, AcknowledgementPost, ForController, OfRecipient, Propagation } from '../schemas/propagation.ts'
import { controllerNeeded, oneController, visibleControllers } from '../visible.ts'

const readers: readonly Role[] = ['marketing', 'legal', 'dpo', 'auditor', 'admin']

/** The one system of that id that the operator may speak for. Errors: NOT_FOUND, also for a controller that is not theirs; CONTROLLER_NEEDED. */
const theSystem = async (
  deps: ReportsDeps,
  caller: OperatorCaller,
  id: string,
  named: string | undefined,
): Promise<{ catalogue: Catalogue; system: DownstreamSystem }> => {
  const [first, ...others] = (await visibleControllers(deps, caller, named)).flatMap((catalogue) => {
    const system = findSystem(catalogue, id, deps.clock())
    return system === undefined ? [] : [{ catalogue, system }]
  })
  if (first === undefined) throw noSuchSystem('/path/recipientId')
  if (others.length > 0) throw controllerNeeded('Several controllers name such a recipient')
  return first
}

const minutes = (ms: number): number => Math.round(Math.max(0, ms) / 600) / 100

const told = ({ system, last, pending }: SystemStanding, now: number) => ({
  recipient: system.id,
  name: system.name,
  purposes: system.purposes,
  stopWithin: system.stopWithin,
  acknowledged: last && { cursor: cursorOf(last), at: iso(last.at) },
  pending: {
    count: pending.count,
    oldest: pending.since === null ? null : iso(pending.since),
    minutes: pending.since === null ? null : minutes(now - pending.since),
  },
  slowestMinutes: last === null || last.slowestMs === null ? null : minutes(last.slowestMs),
})

const overdueOf = (catalogue: Catalogue, standings: readonly SystemStanding[], now: number) =>
  standings.flatMap(({ system: { id, stopWithin }, pending: { count, since } }) =>
    stopWithin !== null && since !== null && isOverdue(catalogue, stopWithin, since, now)
      ? [{ recipient: id, count, since: iso(since), stopWithin }]
      : [],
  )

const acknowledgementRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'acknowledgeFeed',
    summary: 'A downstream system has applied the feed up to a cursor',
    params: OfRecipient,
    querystring: ForController,
    body: AcknowledgementPost,
    response: { 200: Acknowledged },
  }
  app.post('/v1/recipients/:recipientId/acknowledgements', { config: { access: { roles: acknowledgers } }, schema }, async (request) => {
    const { catalogue, system } = await theSystem(deps, operatorOf(request), request.params.recipientId, request.query.controller)
    const place = await placeAfter(deps, request.body.cursor, '/cursor')
    const { said, pending } = await acknowledge(deps, catalogue, system, place)
    return { recipient: system.id, cursor: cursorOf(said), at: iso(said.at), behind: pending.count }
  })
}

const propagationRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'getPropagation',
    summary: 'How far each downstream system is, and which are late',
    querystring: ForController,
    response: { 200: Propagation },
  }
  app.get('/v1/propagation', { config: { access: { roles: readers } }, schema }, async (request) => {
    const catalogue = await oneController(deps, operatorOf(request), request.query.controller)
    const now = deps.clock()
    const { asOf } = await deps.readModel.progress()
    const standings = await systemStandings(deps, catalogue)
    return {
      controller: catalogue.controllerId,
      ...toldAsOf(deps, asOf),
      recipients: standings.map((standing) => told(standing, now)),
      overdue: overdueOf(catalogue, standings, now),
    }
  })
}

/** Registers what tells how far downstream systems are, and the figures of it. */
export const propagationRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  acknowledgementRoute(app, deps)
  propagationRoute(app, deps)
  propagationMetrics(app, deps)
}
