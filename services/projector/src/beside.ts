// What the projector runs beside the requests of a process: its loops, the feed to Kafka, how far they are behind as metrics, and what is deleted when its time is over.
import type { EdgeApp, Live, Opened } from '@consent-ledger/edge'
import type { PublishedLog } from '@consent-ledger/logfiles'
import type { Vault } from '@consent-ledger/vault'
import { feedMetrics, startFeed, type EligibilityFeed } from './feed/index.ts'
import { lagMetrics } from './lagMetrics.ts'
import { startLeafNotes } from './leafNotes.ts'
import { startProjector, type Projecting, type Projector } from './projector.ts'
import { startRetention } from './retention.ts'

/** `published`: the second source, from which the read model learns where the log has each event. `brokers`: of Kafka; undefined where the feed is served over HTTP alone. */
type Beside = Omit<Projecting, 'log' | 'onApplied'> & {
  app: EdgeApp
  opened: Opened
  ledgerId: string
  vault: Vault
  live: Pick<Live, 'controller' | 'controllers' | 'refresh'>
  published: PublishedLog
  brokers: readonly string[] | undefined
}

const addFeed = ({ app, opened, ledgerId, live, readModel, clock, onFault }: Beside, brokers: readonly string[]): EligibilityFeed => {
  const feed = startFeed({ brokers, ledgerId, readModel, catalogues: () => live.controllers(), clock, log: app.log, onFault })
  opened.onClose(() => feed.stop())
  feedMetrics(app.metrics, feed)
  return feed
}

/** Starts all of it at once; it ends with `opened`. To be called before the app listens. */
export const addProjector = (beside: Beside): Projector => {
  const { app, opened, vault, live, published, readModel, clock, onFault, ticker, brokers } = beside
  let feed: EligibilityFeed | null = null
  const projector = startProjector({ ...beside, log: app.log, onApplied: () => feed?.wake() })
  opened.onClose(() => projector.stop())
  const leaves = startLeafNotes({ published, readModel, onFault, log: app.log, ...(ticker ? { ticker } : {}) })
  opened.onClose(() => leaves.stop())
  lagMetrics(app.metrics, { projector, leaves, clock })
  const retention = startRetention({
    vault,
    catalogues: () => live.controllers(),
    clock,
    onFailure: (error) => app.log.warn(error, 'retention failed'),
  })
  opened.onClose(() => retention.stop())
  if (brokers !== undefined) feed = addFeed(beside, brokers)
  return projector
}
