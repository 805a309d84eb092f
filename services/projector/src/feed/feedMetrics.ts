// How far Kafka is behind the feed, for Prometheus.
import { Counter, Gauge, type Registry } from 'prom-client'
import type { EligibilityFeed } from './feed.ts'

/** Registers `ledger_feed_sends`, `ledger_feed_lag_changes`, `ledger_feed_lag_seconds` and `ledger_feed_records_total`; all are asked for at each scrape. */
export const feedMetrics = (registry: Registry, feed: Pick<EligibilityFeed, 'progress'>): void => {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('ledger_feed_sends', 'Whether this process is the one that sends: of all projectors exactly one', () =>
    Number(feed.progress().holds),
  )
  gauge('ledger_feed_lag_changes', 'Changes of the feed that are not in Kafka yet; 0 where another process sends', () =>
    feed.progress().holds ? Number(feed.progress().head - feed.progress().sent) : 0,
  )
  gauge('ledger_feed_lag_seconds', 'Since Kafka last held every change; 0 where another process sends', () => feed.progress().lagSeconds)
  const records = new Counter({
    name: 'ledger_feed_records_total',
    help: 'Records that this process has stored in Kafka',
    registers: [],
    collect() {
      this.reset()
      this.inc(feed.progress().records)
    },
  })
  registry.registerMetric(records)
}
