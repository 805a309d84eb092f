// GET …/state, …/events, …/accesses: what the stream of one subject says.
import { iso, ms, restrictionsTold, subjectStream, subjectView, type Role } from '@consent-ledger/domain'
import type { EdgeApp } from '@consent-ledger/edge'
import { envelopeOf, storyteller } from '@consent-ledger/proof'
import { lookAt } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { readHistory } from '../history.ts'
import { reportLanguage } from '../language.ts'
import { limitOf, OfSubject } from '../schemas/asked.ts'
import { Accesses, Events, EventsAsked, PageAsked, State, StateAsked } from '../schemas/subjects.ts'

const readers: readonly Role[] = ['dpo', 'legal', 'auditor']
const watchers: readonly Role[] = ['dpo', 'auditor']

const stateRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'getState',
    summary: 'State of each purpose and channel',
    params: OfSubject,
    querystring: StateAsked,
    response: { 200: State },
  }
  app.get('/v1/subjects/:subjectId/state', { config: { access: { roles: readers } }, schema }, async (request) => {
    const { subjectId, catalogue } = await lookAt(deps, request, request.params.subjectId, { admitted: readers, purpose: 'state' })
    const { subject } = await readHistory(deps.store, subjectId)
    const now = deps.clock()
    // A stream written while the server's clock ran ahead goes on past `now`: what was recorded is known all the same.
    const latest = iso(Math.max(now, subject.lastRecordedAt))
    const { at = latest, knownAt = latest } = request.query
    const cut = { at: ms(at), knownAt: ms(knownAt) }
    const view = subjectView(subject, catalogue, cut)
    return { subjectId, at: iso(cut.at), knownAt: iso(cut.knownAt), asOf: iso(now), ...view, restrictions: restrictionsTold(subject, cut) }
  })
}

const eventsRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'getEvents',
    summary: 'The whole history, oldest first',
    params: OfSubject,
    querystring: EventsAsked,
    response: { 200: Events },
  }
  app.get('/v1/subjects/:subjectId/events', { config: { access: { roles: readers } }, schema }, async (request) => {
    const { subjectId, catalogue } = await lookAt(deps, request, request.params.subjectId, { admitted: readers, purpose: 'events' })
    const { view, language, limit, after } = request.query
    const { events } = await readHistory(deps.store, subjectId)
    const start = after === undefined ? 0 : Number(after) + 1
    const page = events.slice(start, start + limitOf(limit))
    const tell = view === 'plain' ? storyteller(catalogue, language ?? reportLanguage(catalogue)) : null
    const last = page.at(-1)
    return {
      subjectId,
      stream: subjectStream(subjectId),
      lastRevision: String(events.length - 1),
      events: page.map((event) => ({ ...envelopeOf(event), ...(tell === null ? {} : { words: tell(event) }) })),
      next: last !== undefined && start + page.length < events.length ? last.revision.toString() : null,
    }
  })
}

const accessesRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'getAccesses',
    summary: 'When and for what the file was consulted',
    params: OfSubject,
    querystring: PageAsked,
    response: { 200: Accesses },
  }
  app.get('/v1/subjects/:subjectId/accesses', { config: { access: { roles: watchers } }, schema }, async (request) => {
    const { subjectId } = await lookAt(deps, request, request.params.subjectId, { admitted: watchers, purpose: 'accesses' })
    // Counted from the oldest, so that a look between two pages moves nothing.
    const oldestFirst = (await deps.vault.accesses(subjectId)).toReversed()
    const end = request.query.after === undefined ? oldestFirst.length : Math.min(Number(request.query.after), oldestFirst.length)
    const start = Math.max(0, end - limitOf(request.query.limit))
    const accesses = oldestFirst.slice(start, end).toReversed()
    return {
      subjectId,
      accesses: accesses.map(({ at, role, purpose }) => ({ at: iso(at), role, purpose })),
      next: start > 0 ? String(start) : null,
    }
  })
}

/** Registers what can be read about one subject. Each read is noted before it is answered. */
export const subjectRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  stateRoute(app, deps)
  eventsRoute(app, deps)
  accessesRoute(app, deps)
}
