// What a group of events writes: each row once, whatever the database.
import { LedgerError } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import { countsOf } from './activity/counts.ts'
import type { ActivityCount, TurnedAwayCount } from './activity/counts.ts'
import { inOrder, registersOf, subjectOf } from './answers/registers.ts'
import type { AnswerRow } from './answers/registers.ts'
import type { Leaf } from './port.ts'

/** No two rows of a list have the same key: one statement may then write all of it (PostgreSQL refuses to touch a row twice). */
export type Writes = { answers: AnswerRow[]; activity: ActivityCount[]; turnedAway: TurnedAwayCount[] }

/** Throws INTEGRITY unless positions grow from `from` (exclusive) to `to` (inclusive). */
export const refuseDisorder = (events: readonly RecordedEvent[], from: bigint, to: bigint): void => {
  let last = from
  for (const { position } of events) {
    if (position <= last || position > to) {
      throw new LedgerError('INTEGRITY', `The read model was handed position ${position} after ${last}, up to ${to}: positions must grow.`)
    }
    last = position
  }
}

/** Throws INTEGRITY unless `leaves` are those from `from` (inclusive) to `to` (exclusive), in order: the log is dense. */
export const refuseSparse = (leaves: readonly Leaf[], from: bigint, to: bigint): void => {
  const dense = to - from === BigInt(leaves.length) && leaves.every(({ leafIndex }, n) => leafIndex === from + BigInt(n))
  if (!dense) throw new LedgerError('INTEGRITY', `The read model was handed other leaves than those from ${from} to ${to}.`)
}

const keyOf = ({ controller, subjectId, purpose, channel, register }: AnswerRow): string =>
  `${controller}\0${subjectId}\0${purpose}\0${channel}\0${register}`

/** In each register the row that stands last by `inOrder`, whichever came first. */
const answersOf = (events: readonly RecordedEvent[]): AnswerRow[] => {
  const rows = new Map<string, AnswerRow>()
  for (const event of events) {
    const subjectId = subjectOf(event.stream)
    if (subjectId === null) continue
    for (const row of registersOf(subjectId, event)) {
      const key = keyOf(row)
      const other = rows.get(key)
      if (!other || inOrder(other, row) < 0) rows.set(key, row)
    }
  }
  return [...rows.values()]
}

/** Errors: INTEGRITY for a subject's stream whose name is none. */
export const writesOf = (events: readonly RecordedEvent[]): Writes => ({ answers: answersOf(events), ...countsOf(events) })
