// What the projector runs beside the requests of a process: the loop, how far it is behind as metrics, and what is deleted when its time is over.
import type { EdgeApp, Live, Opened } from '@consent-ledger/edge'
import type { Vault } from '@consent-ledger/vault'
import { lagMetrics } from './lagMetrics.ts'
import { startProjector, type Projecting, type Projector } from './projector.ts'
import { startRetention } from './retention.ts'

type Beside = Omit<Projecting, 'log'> & { app: EdgeApp; opened: Opened; vault: Vault; live: Pick<Live, 'controllers'> }

/** Starts both at once; they end with `opened`. To be called before the app listens. */
export const addProjector = ({ app, opened, vault, live, ...projecting }: Beside): Projector => {
  const projector = startProjector({ ...projecting, log: app.log })
  opened.onClose(() => projector.stop())
  lagMetrics(app.metrics, projector)
  const retention = startRetention({
    vault,
    catalogues: () => live.controllers(),
    clock: projecting.clock,
    onFailure: (error) => app.log.warn(error, 'retention failed'),
  })
  opened.onClose(() => retention.stop())
  return projector
}
