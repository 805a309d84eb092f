// What was turned away enters the log: one event for each hour and controller in which there was any.
import { randomUUID } from 'node:crypto'
import { catalogueAggregate, isPassing, iso, type ControllerFact } from '@consent-ledger/domain'
import type { IntakeCounter, TurnedAway } from '@consent-ledger/edge'
import { decideAndAppend } from '@consent-ledger/eventstore'
import type { IngestDeps } from './deps.ts'

const hourMs = 3_600_000
/** Lines in one event, so that it always fits a leaf. */
const mostLines = 300

const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs

const writer = { kind: 'system', id: 'intake', trust: 'system' } as const

const factsOf = (hour: number, lines: readonly TurnedAway[]): ControllerFact[] =>
  Array.from({ length: Math.ceil(lines.length / mostLines) }, (_, n) => ({
    type: 'IntakeReported',
    data: {
      hour: iso(hour),
      counts: lines
        .slice(n * mostLines, (n + 1) * mostLines)
        .map(({ site, route, code, count }) => ({ ...(site === undefined ? {} : { site }), route, code, count })),
    },
  }))

/** Lines of one controller under one act, whose outcome may be unknown: tried again it is the same act, so that nothing is counted twice. */
export type Report = { actId: string; controller: string; hour: number; lines: readonly TurnedAway[]; again: boolean }

const write = (deps: IngestDeps, { actId, controller, hour, lines, again }: Report): Promise<void> =>
  decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: catalogueAggregate(controller),
    act: { actId, writer },
    again,
    decide: () => factsOf(hour, lines),
    conclude: () => undefined,
  })

/** What was counted since the last time. What belongs to no controller (no valid key) stands in the stream of the first one that the ledger named. */
const reportsOf = ({ live }: IngestDeps, counter: IntakeCounter, hour: number): Report[] => {
  const { controllers } = live.ledger()
  const [house] = controllers
  if (house === undefined) return []
  const named = (line: TurnedAway): string =>
    line.controller !== undefined && controllers.includes(line.controller) ? line.controller : house
  return [...Map.groupBy(counter.drain(), named)].map(([controller, lines]) => ({
    actId: randomUUID(),
    controller,
    hour,
    lines,
    again: false,
  }))
}

/**
 * Writes what was counted since the last time, under `hour` (epoch ms, its start), and before it what is `unsettled`. A report whose outcome is unknown becomes
 * unsettled; lines of one that was refused are counted again. Without a controller nothing is kept but the metric. Errors: the first failure, after all were tried.
 */
export const reportIntake = async (deps: IngestDeps, counter: IntakeCounter, hour: number, unsettled: Report[]): Promise<void> => {
  const faults: unknown[] = []
  for (const report of [...unsettled.splice(0), ...reportsOf(deps, counter, hour)]) {
    try {
      await write(deps, report)
    } catch (error) {
      if (isPassing(error)) unsettled.push({ ...report, again: true })
      else counter.giveBack(report.lines)
      faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0]
}

/** Reports each hour as it ends, and what is left on `close`. `onFault` hears of a report that failed; its lines go into the next. */
export const startIntakeReports = (
  deps: IngestDeps,
  counter: IntakeCounter,
  onFault: (error: unknown) => void,
): { close(): Promise<void> } => {
  const unsettled: Report[] = []
  let timer: NodeJS.Timeout
  let running = Promise.resolve()
  const reportFor = (hour: number): Promise<void> =>
    (running = running.then(() => reportIntake(deps, counter, hour, unsettled)).catch(onFault))
  const schedule = (): void => {
    const hour = hourOf(deps.clock())
    timer = setTimeout(() => void reportFor(hour).then(schedule), hour + hourMs - deps.clock())
    timer.unref()
  }
  schedule()
  return {
    async close() {
      clearTimeout(timer)
      await reportFor(hourOf(deps.clock()))
    },
  }
}
