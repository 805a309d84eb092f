// How long stops wait for each downstream system, for Prometheus.
import type { EdgeApp } from '@consent-ledger/edge'
import { Gauge } from 'prom-client'
import type { ReportsDeps } from './deps.ts'
import { systemStandings, type SystemStanding } from './propagation.ts'

type Row = SystemStanding & { controller: string }

/** For how long what was read is remembered, ms: anybody may ask for metrics, as often as they like, and each reading counts rows of the database. */
const remembered = 15_000

/** What was read at most so long ago, by this process's clock; failures too. */
const readNowAndThen = (deps: ReportsDeps): (() => Promise<Row[]>) => {
  const read = async (): Promise<Row[]> => {
    const rows = await Promise.all(
      deps.live.controllers().map(async (catalogue) => {
        const standings = await systemStandings(deps, catalogue)
        return standings.map((standing) => ({ ...standing, controller: catalogue.controllerId }))
      }),
    )
    return rows.flat()
  }
  let last: { at: number; rows: Promise<Row[]> } | null = null
  return () => {
    const now = deps.clock()
    // A clock that was set back forgets.
    if (last === null || Math.abs(now - last.at) >= remembered) last = { at: now, rows: read() }
    return last.rows
  }
}

/**
 * Registers `ledger_propagation_pending_seconds` and `ledger_propagation_slowest_seconds`, read at most every 15 s: one line for each system of each catalogue. A read
 * model that is away leaves them out, so that the other figures are told all the same.
 */
export const propagationMetrics = ({ metrics }: Pick<EdgeApp, 'metrics'>, deps: ReportsDeps): void => {
  const rows = readNowAndThen(deps)
  const gauge = (name: string, help: string, ms: (row: Row) => number | null): Gauge<'controller' | 'recipient'> =>
    new Gauge({
      name,
      help,
      labelNames: ['controller', 'recipient'],
      registers: [metrics],
      async collect() {
        const found = await rows().catch(() => [])
        this.reset()
        for (const row of found) {
          const value = ms(row)
          if (value !== null) this.set({ controller: row.controller, recipient: row.system.id }, value / 1000)
        }
      },
    })
  gauge(
    'ledger_propagation_pending_seconds',
    'How long the oldest stop waits that a downstream system has not acknowledged; 0 where none does',
    ({ pending }) => (pending.since === null ? 0 : Math.max(0, deps.clock() - pending.since)),
  )
  gauge(
    'ledger_propagation_slowest_seconds',
    'Longest time from a stop to its acknowledgement, of those that a downstream system acknowledged last',
    ({ last }) => last?.slowestMs ?? null,
  )
}
