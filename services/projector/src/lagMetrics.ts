// How far the read model is behind its two sources and the time, for Prometheus.
import { Gauge, type Registry } from 'prom-client'
import type { LeafNotes } from './leafNotes.ts'
import type { Projector } from './projector.ts'

type Measured = {
  projector: Pick<Projector, 'progress' | 'rejudged'>
  leaves: Pick<LeafNotes, 'progress'>
  /** Epoch ms. */ clock: () => number
}

/** Registers what begins with `ledger_projector_`; all are asked for at each scrape. What is judged again is told by the projector at work, and is 0 on one that stands by. */
export const lagMetrics = (registry: Registry, { projector, leaves, clock }: Measured): void => {
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
  gauge('ledger_projector_due_seconds', 'Age of the moment up to which every change that came due by time alone is told', () => {
    const { toldBy } = projector.rejudged()
    return toldBy === null ? 0 : Math.max(0, clock() - toldBy) / 1000
  })
  gauge(
    'ledger_projector_fan_out_pages',
    'Pages judged in the fan-out under way; 0 without one',
    () => projector.rejudged().fanOut?.pages ?? 0,
  )
  gauge(
    'ledger_projector_fan_out_subjects',
    'Subjects judged in the fan-out under way, all of a controller whose catalogue changed; 0 without one',
    () => projector.rejudged().fanOut?.subjects ?? 0,
  )
  gauge('ledger_projector_lag_leaves', 'Published leaves of the log of which the read model does not know yet which events they are', () =>
    Number(leaves.progress().published - leaves.progress().noted),
  )
}
