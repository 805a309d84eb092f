// What can be counted from outside (Prometheus). No label ever holds an identifier of a person, a key, an address or a URL.
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import type { TurnedAway } from '../refusals/intake.ts'

export type EdgeMetrics = {
  registry: Registry
  answered(answer: { method: string; route: string; status: number }, seconds: number): void
  turnedAway(refused: Omit<TurnedAway, 'count'>): void
}

/** A registry of its own for each app, with the process's figures and the edge's. `route` is a pattern, `site` an id of the catalogue. */
export const createMetrics = (): EdgeMetrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'ledger_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  const refusals = new Counter({
    name: 'ledger_turned_away_total',
    help: 'Requests and items of batches that were refused',
    labelNames: ['site', 'route', 'code'],
    registers: [registry],
  })
  return {
    registry,
    answered: ({ method, route, status }, took) => seconds.observe({ method, route, status }, took),
    turnedAway: ({ site, route, code }) => refusals.inc({ site: site ?? '', route, code }),
  }
}
