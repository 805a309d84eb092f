// What the projector runs beside the requests of a process: its two loops, how far they are behind as metrics, and what is deleted when its time is over.
import type { EdgeApp, Live, Opened } from '@consent-ledger/edge'
import type { PublishedLog } from '@consent-ledger/logfiles'
import type { Vault } from '@consent-ledger/vault'
import { lagMetrics } from './lagMetrics.ts'
import { startLeafNotes } from './leafNotes.ts'
import { startProjector, type Projecting, type Projector } from './projector.ts'
import { startRetention } from './retention.ts'

/** `published`: the second source, from which the read model learns where the log has each event. */
type Beside = Omit<Projecting, 'log'> & {
  app: EdgeApp
  opened: Opened
  vault: Vault
  live: Pick<Live, 'controllers'>
  published: PublishedLog
}

/** Starts all of it at once; it ends with `opened`. To be called before the app listens. */
export const addProjector = ({ app, opened, vault, live, published, ...projecting }: Beside): Projector => {
  const projector = startProjector({ ...projecting, log: app.log })
  opened.onClose(() => projector.stop())
  const { readModel, onFault, ticker } = projecting
  const leaves = startLeafNotes({ published, readModel, onFault, log: app.log, ...(ticker ? { ticker } : {}) })
  opened.onClose(() => leaves.stop())
  lagMetrics(app.metrics, projector, leaves)
  const retention = startRetention({
    vault,
    catalogues: () => live.controllers(),
    clock: projecting.clock,
    onFailure: (error) => app.log.warn(error, 'retention failed'),
  })
  opened.onClose(() => retention.stop())
  return projector
}
