// How far the log has come, for Prometheus.
import { Gauge, type Registry } from 'prom-client'
import type { Sequencer } from './sequencer.ts'

/** Registers `ledger_log_size` and `ledger_log_lag_seconds`; both are asked of the sequencer at each scrape. */
export const logMetrics = (registry: Registry, sequencer: Pick<Sequencer, 'progress'>): void => {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('ledger_log_size', 'Leaves under the published head of the transparency log', () => Number(sequencer.progress().size))
  gauge(
    'ledger_log_lag_seconds',
    'Age of the moment at which everything recorded was last under a published head',
    () => sequencer.progress().lagSeconds,
  )
}
