// How often what happened: counts per site and day, and what was turned away. Sums, so that the order of arrival never matters.
import { controllerOf, ms, subjectIdOf } from '@consent-ledger/domain'
import type { ControllerFact, RecordedEvent } from '@consent-ledger/domain'

export type ActivityCount = { controller: string; day: string; site: string; type: string; count: number }
export type TurnedAwayCount = { controller: string; hour: number; site: string; route: string; code: string; count: number }
type Counts = { activity: ActivityCount[]; turnedAway: TurnedAwayCount[] }

type Intake = Extract<ControllerFact, { type: 'IntakeReported' }>['data']

const siteOf = (event: RecordedEvent): string => {
  if (typeof event.data['site'] === 'string') return event.data['site']
  return event.metadata.writer.kind === 'site' ? event.metadata.writer.id : ''
}

const add = <Row extends { count: number }>(rows: Map<string, Row>, key: readonly (string | number)[], row: Row): void => {
  const name = key.join('\0')
  const counted = rows.get(name)
  if (counted) counted.count += row.count
  else rows.set(name, row)
}

/** What a group of events adds, each key once. Activity counts every event of a subject's stream, on the UTC day on which it was recorded; `site` is '' where there is none. */
export const countsOf = (events: readonly RecordedEvent[]): Counts => {
  const activity = new Map<string, ActivityCount>()
  const turnedAway = new Map<string, TurnedAwayCount>()
  for (const event of events) {
    const controller = event.data['controller']
    if (typeof controller === 'string' && subjectIdOf(event.stream) !== null) {
      const row = { controller, day: event.metadata.recordedAt.slice(0, 10), site: siteOf(event), type: event.type, count: 1 }
      add(activity, [row.controller, row.day, row.site, row.type], row)
    }
    const reported = event.type === 'IntakeReported' ? controllerOf(event.stream) : null
    if (reported !== null) {
      const said = event.data as Intake
      for (const { site = '', route, code, count } of said.counts) {
        const row = { controller: reported, hour: ms(said.hour), site, route, code, count }
        add(turnedAway, [row.controller, row.hour, site, route, code], row)
      }
    }
  }
  return { activity: [...activity.values()], turnedAway: [...turnedAway.values()] }
}
