// What was turned away enters the log: one event for each hour and controller in which there was any.
import { catalogueAggregate, iso, type ControllerFact } from '@consent-ledger/domain'
import type { IntakeCounter, TurnedAway } from '@consent-ledger/edge'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { actIdOf } from './admin/administer.ts'
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

const report = async (deps: IngestDeps, controller: string, hour: number, lines: readonly TurnedAway[]): Promise<void> => {
  await decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: catalogueAggregate(controller),
    act: { actId: await actIdOf(deps, { writer }, 'intake'), writer },
    decide: () => factsOf(hour, lines),
    conclude: () => undefined,
  })
}

/**
 * Writes what was counted since the last time, under `hour` (epoch ms, its start). What belongs to no controller (no valid key) stands in the stream of the
 * first one that the ledger named. Lines that could not be written are counted again. Without a controller nothing is kept but the metric.
 */
export const reportIntake = async (deps: IngestDeps, counter: IntakeCounter, hour: number): Promise<void> => {
  const { controllers } = deps.live.ledger()
  const [house] = controllers
  if (house === undefined) return
  const named = (line: TurnedAway): string =>
    line.controller !== undefined && controllers.includes(line.controller) ? line.controller : house
  const faults: unknown[] = []
  for (const [controller, lines] of Map.groupBy(counter.drain(), named)) {
    try {
      await report(deps, controller, hour, lines)
    } catch (error) {
      counter.giveBack(lines)
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
  let timer: NodeJS.Timeout
  let running = Promise.resolve()
  const reportFor = (hour: number): Promise<void> => (running = running.then(() => reportIntake(deps, counter, hour)).catch(onFault))
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
