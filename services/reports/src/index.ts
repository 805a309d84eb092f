// HTTP out: look-up, state, events, proofs, accesses, what spans subjects, and the published log.
import type { EdgeApp } from '@consent-ledger/edge'
import type { ReportsDeps } from './deps.ts'
import { acrossRoutes } from './routes/across.ts'
import { linkRoute } from './routes/links.ts'
import { logRoutes } from './routes/log.ts'
import { lookupRoute } from './routes/lookup.ts'
import { proofRoute } from './routes/proofs.ts'
import { receiptRoute } from './routes/receipts.ts'
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
  logRoutes(app, deps)
}
