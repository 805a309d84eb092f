// …/withdrawals, …/objections, …/restrictions and their lifts by staff; GET /v1/objections, /v1/restrictions: what is in force.
import type { Role } from '@consent-ledger/domain'
import { acceptWithout, operatorOf, type EdgeApp } from '@consent-ledger/edge'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { lookAt } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { listReaders, objectionsInForce, restrictionsInForce } from '../rights/lists.ts'
import { recordNo } from '../rights/noes.ts'
import { liftObjection, liftRestriction, restrict } from '../rights/restrictions.ts'
import { OfSubject } from '../schemas/asked.ts'
import {
  InForceAsked,
  ObjectionLift,
  ObjectionsInForce,
  OfEvent,
  RestrictionLift,
  RestrictionPost,
  RestrictionsInForce,
  StaffObjection,
  StaffWithdrawal,
} from '../schemas/rights.ts'
import { staffAnswers } from '../schemas/staffReceipts.ts'
import { answerStaff } from '../staffReceipt.ts'

const withdrawers: readonly Role[] = ['dpo', 'legal']
const deciders: readonly Role[] = ['dpo']
const inOf = { config: { access: { roles: deciders } } }

/** The body as its schema read it. Where that failed (`attachValidation`) a no loses what stands beside it in a wrong form; the rest is refused as ever. */
const acceptNo = <T extends z.ZodType>(
  schema: T,
  { validationError, body }: Pick<FastifyRequest, 'validationError'> & { body: z.output<T> },
) => {
  if (!validationError) return { post: body, dropped: [] }
  if (validationError.validationContext !== 'body') throw validationError
  const { value, dropped } = acceptWithout(schema, body, ['method', 'evidence', 'reason'])
  return { post: value, dropped }
}

/** A no is recorded on the subject that the address names and on no other: which devices and accounts belong together only identifiers tell, and here there are none. */
const noRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/subjects/:subjectId/withdrawals',
    config: { access: { roles: withdrawers } },
    attachValidation: true,
    schema: {
      operationId: 'withdrawForSubject',
      summary: 'A withdrawal that came by post or phone',
      params: OfSubject,
      body: StaffWithdrawal,
      response: staffAnswers,
    },
    handler: async (request, reply) => {
      const { post, dropped } = acceptNo(StaffWithdrawal, request)
      const look = await lookAt(deps, request, request.params.subjectId, { admitted: withdrawers, purpose: 'withdrawal' })
      const { record, refused } = await recordNo(deps, look, { right: 'withdrawals', post, dropped }, request.idempotencyKey)
      return answerStaff(reply, record, { refused, dropped })
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/subjects/:subjectId/objections',
    ...inOf,
    attachValidation: true,
    schema: {
      operationId: 'objectForSubject',
      summary: 'An objection that came by post or phone',
      params: OfSubject,
      body: StaffObjection,
      response: staffAnswers,
    },
    handler: async (request, reply) => {
      const { post, dropped } = acceptNo(StaffObjection, request)
      const look = await lookAt(deps, request, request.params.subjectId, { admitted: deciders, purpose: 'objection' })
      const { record, refused } = await recordNo(deps, look, { right: 'objections', post, dropped }, request.idempotencyKey)
      return answerStaff(reply, record, { refused, dropped })
    },
  })
}

const restrictionRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'restrictSubject',
    summary: 'Restrict what is done with a person’s data',
    params: OfSubject,
    body: RestrictionPost,
    response: staffAnswers,
  }
  app.post('/v1/subjects/:subjectId/restrictions', { ...inOf, schema }, async (request, reply) => {
    const look = await lookAt(deps, request, request.params.subjectId, { admitted: deciders, purpose: 'restriction' })
    const { record, refused } = await restrict(deps, look, request.body, request.idempotencyKey)
    return answerStaff(reply, record, { refused })
  })
}

const liftRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  const common = { params: OfEvent, response: staffAnswers }
  const ofObjection = { ...common, operationId: 'liftObjection', summary: 'Lift an objection', body: ObjectionLift }
  app.post('/v1/subjects/:subjectId/objections/:eventId/lift', { ...inOf, schema: ofObjection }, async (request, reply) => {
    const { subjectId, eventId } = request.params
    const look = await lookAt(deps, request, subjectId, { admitted: deciders, purpose: 'lift' })
    return answerStaff(reply, await liftObjection(deps, look, eventId, request.body, request.idempotencyKey))
  })
  const ofRestriction = { ...common, operationId: 'liftRestriction', summary: 'Lift a restriction', body: RestrictionLift }
  app.post('/v1/subjects/:subjectId/restrictions/:eventId/lift', { ...inOf, schema: ofRestriction }, async (request, reply) => {
    const { subjectId, eventId } = request.params
    const look = await lookAt(deps, request, subjectId, { admitted: deciders, purpose: 'lift' })
    return answerStaff(reply, await liftRestriction(deps, look, eventId, request.body, request.idempotencyKey))
  })
}

const listRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  const config = { access: { roles: listReaders } }
  const common = { querystring: InForceAsked }
  const objections = { ...common, operationId: 'listObjections', summary: 'Objections in force', response: { 200: ObjectionsInForce } }
  app.get('/v1/objections', { config, schema: objections }, (request) => objectionsInForce(deps, operatorOf(request), request.query))
  const restrictions = {
    ...common,
    operationId: 'listRestrictions',
    summary: 'Restrictions in force',
    response: { 200: RestrictionsInForce },
  }
  app.get('/v1/restrictions', { config, schema: restrictions }, (request) => restrictionsInForce(deps, operatorOf(request), request.query))
}

/** Registers the rights that staff write down for a person. Each is an event, durable before it is answered. */
export const rightsRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  noRoutes(app, deps)
  restrictionRoute(app, deps)
  liftRoutes(app, deps)
  listRoutes(app, deps)
}
