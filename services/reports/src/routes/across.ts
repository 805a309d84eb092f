// GET /v1/answers, /v1/activity, POST /v1/projections/rebuild: what spans subjects, from the read model.
import { iso, LedgerError, replacedAt, type Role } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import { noteAccess } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { Activity, ActivityAsked, Answers, AnswersAsked, Rebuilding } from '../schemas/across.ts'
import { limitOf } from '../schemas/asked.ts'
import { actingRole, oneController } from '../visible.ts'

const readers: readonly Role[] = ['legal', 'dpo', 'auditor']
const watchers: readonly Role[] = ['legal', 'dpo', 'auditor', 'admin']

const text = (at: number | null): string | null => (at === null ? null : iso(at))
const freshness = (deps: ReportsDeps, asOf: number | null) => ({
  asOf: text(asOf),
  lagMs: asOf === null ? null : Math.max(0, deps.clock() - asOf),
})
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }

/** A page is a look at each person in it: a cursor can be made so that it shows one alone. */
const noteAll = async (deps: ReportsDeps, caller: OperatorCaller, rows: readonly { subjectId: string }[]): Promise<void> => {
  const role = actingRole(caller, readers)
  const subjects = [...new Set(rows.map((row) => row.subjectId))]
  await Promise.all(subjects.map((subjectId) => noteAccess(deps, caller, { subjectId, role, purpose: 'answers' })))
}

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
    const page = await deps.readModel.listAnswers({
      controller,
      ...given({ purpose, channel, answer, after }),
      replacedAt: (notice) => replacedAt(catalogue, notice),
      limit: limitOf(limit),
    })
    await noteAll(deps, caller, page.answers)
    const answers = page.answers.map((row) => ({
      ...row,
      since: text(row.since),
      until: text(row.until),
      revision: row.revision?.toString() ?? null,
    }))
    return { controller, ...freshness(deps, page.asOf), answers, next: page.next }
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
    return { controller, ...freshness(deps, asOf), activity, turnedAway: turnedAway.map((row) => ({ ...row, hour: iso(row.hour) })) }
  })
}

const rebuildRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'rebuildProjections', summary: 'Make the read model again from zero', response: { 202: Rebuilding } }
  app.post('/v1/projections/rebuild', { config: { access: { roles: ['admin'] } }, schema }, async (request, reply) => {
    // The read model is everybody's: whoever sees one controller only may not empty it for the others.
    if (operatorOf(request).controller !== undefined)
      throw new LedgerError('FORBIDDEN', 'This needs a key that is not bound to one controller.')
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
