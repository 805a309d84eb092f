// POST /v1/eligibility: whether one person may be contacted, why, and until when.
import { iso, ms } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp } from '@consent-ledger/edge'
import type { ReportsDeps } from '../deps.ts'
import { askers, lookUpsOf } from '../eligibility/lookUp.ts'
import { EligibilityAnswer, EligibilityPost } from '../schemas/eligibility.ts'

const epoch = (time: string | undefined): number | undefined => (time === undefined ? undefined : ms(time))

/** Registers the look-up. Every subject that it reaches is noted as looked at before the answer. */
export const eligibilityRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'askEligibility',
    summary: 'Whether a person may be contacted',
    tags: ['Marketing'],
    body: EligibilityPost,
    response: { 200: EligibilityAnswer },
  }
  const lookUp = lookUpsOf(deps)
  app.post('/v1/eligibility', { config: { access: { roles: askers } }, schema }, async (request) => {
    const { purpose, channel, controller, at, knownAt, ...whom } = request.body
    const question = { whom, purpose, channel, controller, at: epoch(at), knownAt: epoch(knownAt) }
    const { subjectId, verdict, asOf, lagMs } = await lookUp(operatorOf(request), question)
    const { allowed, reason, until, basis, eventId } = verdict
    return { subjectId, allowed, reason, until: until === null ? null : iso(until), basis, eventId, asOf: iso(asOf), lagMs }
  })
}
