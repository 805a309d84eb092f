// How far the read model is behind, for Prometheus.
import { Gauge, type Registry } from 'prom-client'
import type { Projector } from './projector.ts'

/** Registers `ledger_projector_lag_seconds` and `ledger_projector_lag_positions`; both are asked of the projector at each scrape. */
export const lagMetrics = (registry: Registry, projector: Pick<Projector, 'progress'>): void => {
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
}
