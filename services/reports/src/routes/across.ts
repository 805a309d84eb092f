// GET /v1/answers, /v1/activity, POST /v1/projections/rebuild: what spans subjects, from the read model.
import { iso, judgeSubject, type Catalogue, type JudgedKey, type Role } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp } from '@consent-ledger/edge'
import { eachInTurn } from '@consent-ledger/eventstore'
import type { Answer, EligibilityRow } from '@consent-ledger/readmodel'
import { noteEach } from '../access.ts'
import { toldAsOf } from '../asOf.ts'
import type { ReportsDeps } from '../deps.ts'
import { readSubject, whatHolds, type StillHolds } from '../eligibility/verdicts.ts'
import { Activity, ActivityAsked, Answers, AnswersAsked, Rebuilding } from '../schemas/across.ts'
import { limitOf } from '../schemas/asked.ts'
import { actingRole, demandPurpose, demandUnbound, oneController } from '../visible.ts'

const readers: readonly Role[] = ['legal', 'dpo', 'auditor']
const watchers: readonly Role[] = ['legal', 'dpo', 'auditor', 'admin']

const text = (at: number | null): string | null => (at === null ? null : iso(at))
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }

/** A yes in force is `given`, whether it is the first or not. */
const answerOf = ({ state }: JudgedKey): Answer => (state === 'renewed' ? 'given' : state)

/** The row as it is now: what came due since it was judged, or was judged by an older catalogue, is judged again from the stream. */
const asOfNow = async (deps: ReportsDeps, catalogue: Catalogue, holds: StillHolds, row: EligibilityRow): Promise<EligibilityRow> => {
  if (holds(row)) return row
  const { subject, now } = await readSubject(deps, row.subjectId)
  const judged = judgeSubject(subject, catalogue, now).find(({ purpose, channel }) => purpose === row.purpose && channel === row.channel)
  return judged ? { ...row, ...judged } : row
}

const rowText = (row: EligibilityRow) => ({
  subjectId: row.subjectId,
  purpose: row.purpose,
  channel: row.channel,
  answer: answerOf(row),
  objected: row.objection !== null,
  since: text(row.since),
  until: text(row.stateUntil),
  notice: row.notice && { id: row.notice.id, version: row.notice.version },
  site: row.site,
  eventId: row.answerEventId,
  revision: row.answerRevision?.toString() ?? null,
})

const answersRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'listAnswers',
    summary: 'Current answers across subjects',
    querystring: AnswersAsked,
    response: { 200: Answers },
  }
  app.get('/v1/answers', { config: { access: { roles: readers } }, schema }, async (request) => {
    const { controller: named, purpose, channel, answer, after, limit } = request.query
    const caller = operatorOf(request)
    const catalogue = await oneController(deps, caller, named)
    const { controllerId: controller } = catalogue
    demandPurpose(catalogue, purpose)
    const { everything, holds } = await whatHolds(deps, controller)
    // A row that no longer holds may have become what is asked for, or be it no more: then the choice is made among the rows as they are now.
    const asked = { purpose, channel, after, ...(everything ? { answer } : {}) }
    const page = await deps.readModel.listAnswers({ controller, ...given(asked), limit: limitOf(limit) })
    const rows = await eachInTurn(page.answers, (row) => asOfNow(deps, catalogue, holds, row))
    const answers = rows.map(rowText).filter((row) => answer === undefined || row.answer === answer)
    await noteEach(deps, caller, { role: actingRole(caller, readers), purpose: 'answers' }, answers)
    return { controller, ...toldAsOf(deps, page.asOf), answers, next: page.next }
  })
}

const activityRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'getActivity',
    summary: 'Activity of each site, and what was turned away',
    querystring: ActivityAsked,
    response: { 200: Activity },
  }
  app.get('/v1/activity', { config: { access: { roles: watchers } }, schema }, async (request) => {
    const { controller: named, site, from, to } = request.query
    const { controllerId: controller } = await oneController(deps, operatorOf(request), named)
    const { asOf } = await deps.readModel.progress()
    const hours = { from: from === undefined ? undefined : Date.parse(from), to: to === undefined ? undefined : Date.parse(to) }
    const activity = await deps.readModel.activity({ controller, ...given({ site, from, to }) })
    const turnedAway = await deps.readModel.turnedAway({ controller, ...given({ site, ...hours }) })
    return { controller, ...toldAsOf(deps, asOf), activity, turnedAway: turnedAway.map((row) => ({ ...row, hour: iso(row.hour) })) }
  })
}

const rebuildRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'rebuildProjections', summary: 'Make the read model again from zero', response: { 202: Rebuilding } }
  app.post('/v1/projections/rebuild', { config: { access: { roles: ['admin'] } }, schema }, async (request, reply) => {
    // The read model is everybody's: whoever sees one controller only may not empty it for the others.
    demandUnbound(operatorOf(request))
    await deps.projector.rebuild()
    return reply.code(202).send({ status: 'rebuilding' })
  })
}

/** Registers what is asked across subjects. */
export const acrossRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  answersRoute(app, deps)
  activityRoute(app, deps)
  rebuildRoute(app, deps)
}
