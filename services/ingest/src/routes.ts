// Every route of this service, and the hourly report of what was turned away.
import type { EdgeApp } from '@consent-ledger/edge'
import type { IngestDeps } from './deps.ts'
import { startIntakeReports } from './intake.ts'
import { actRoutes } from './routes/acts.ts'
import { batchRoute } from './routes/batch.ts'
import { catalogueRoute } from './routes/catalogue.ts'
import { confirmRoutes } from './routes/confirm.ts'
import { noticeRoute } from './routes/notices.ts'
import { operatorRoutes } from './routes/operators.ts'
import { preferencesRoute } from './routes/preferences.ts'
import { siteKeyRoutes } from './routes/siteKeys.ts'

/** Registers the sections Sites and Catalogue of API.md. Closing the app writes the last intake report, so the store must be closed after it. */
export const ingestRoutes = (app: EdgeApp, deps: IngestDeps): void => {
  actRoutes(app, deps)
  batchRoute(app, deps)
  confirmRoutes(app, deps)
  noticeRoute(app, deps)
  preferencesRoute(app, deps)
  catalogueRoute(app, deps)
  siteKeyRoutes(app, deps)
  operatorRoutes(app, deps)
  const reports = startIntakeReports(deps, app.turnedAway, (error) => app.log.error(error, 'intake not reported'))
  app.addHook('onClose', () => reports.close())
}
