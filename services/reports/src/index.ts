// HTTP out: look-up, state, events, proofs, accesses, rights, whom may be contacted, what spans subjects, and the published log.
import type { EdgeApp } from '@consent-ledger/edge'
import type { ReportsDeps } from './deps.ts'
import { acrossRoutes } from './routes/across.ts'
import { eligibilityRoute } from './routes/eligibility.ts'
import { feedRoutes } from './routes/feed.ts'
import { linkRoute } from './routes/links.ts'
import { logRoutes } from './routes/log.ts'
import { lookupRoute } from './routes/lookup.ts'
import { proofRoute } from './routes/proofs.ts'
import { propagationRoutes } from './routes/propagation.ts'
import { receiptRoute } from './routes/receipts.ts'
import { rightsRoutes } from './routes/rights.ts'
import { scrubRoutes } from './routes/scrub.ts'
import { subjectRoutes } from './routes/subjects.ts'

export type { ReportsDeps } from './deps.ts'
export { readWitnessPolicy } from './dossier/witnessed.ts'
export { openStatementKey, type StatementKeyOpening } from './statementKey.ts'

/** Registers every route of this service on an edge. What `deps` opened is closed by whoever opened it. */
export const reportsRoutes = (app: EdgeApp, deps: ReportsDeps): void => {
  lookupRoute(app, deps)
  subjectRoutes(app, deps)
  proofRoute(app, deps)
  linkRoute(app, deps)
  acrossRoutes(app, deps)
  receiptRoute(app, deps)
  rightsRoutes(app, deps)
  eligibilityRoute(app, deps)
  feedRoutes(app, deps)
  scrubRoutes(app, deps)
  propagationRoutes(app, deps)
  logRoutes(app, deps)
}
