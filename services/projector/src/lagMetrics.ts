// How far the read model is behind its two sources, for Prometheus.
import { Gauge, type Registry } from 'prom-client'
import type { LeafNotes } from './leafNotes.ts'
import type { Projector } from './projector.ts'

/** Registers `ledger_projector_lag_seconds`, `ledger_projector_lag_positions` and `ledger_projector_lag_leaves`; all are asked for at each scrape. */
export const lagMetrics = (registry: Registry, projector: Pick<Projector, 'progress'>, leaves: Pick<LeafNotes, 'progress'>): void => {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge(
    'ledger_projector_lag_seconds',
    'Age of the moment at which the read model last held everything recorded',
    () => projector.progress().lagSeconds,
  )
  gauge(
    'ledger_projector_lag_positions',
    'Positions between the last event recorded and the last applied: events in an embedded store, bytes in EventStoreDB',
    () => projector.progress().lagEvents,
  )
  gauge('ledger_projector_lag_leaves', 'Published leaves of the log of which the read model does not know yet which events they are', () =>
    Number(leaves.progress().published - leaves.progress().noted),
  )
}
