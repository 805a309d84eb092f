// The hot path: a group of events and the checkpoint, in one transaction.
import type { Database } from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import { countsOf } from '../activity/counts.ts'
import { registersOf, subjectOf } from '../answers/registers.ts'
import type { Statements } from './statements.ts'

const refuseDisorder = (events: readonly RecordedEvent[], from: bigint, to: bigint): void => {
  let last = from
  for (const { position } of events) {
    if (position <= last || position > to) {
      throw new LedgerError('INTEGRITY', `The read model was handed position ${position} after ${last}, up to ${to}: positions must grow.`)
    }
    last = position
  }
}

const takenOver = (from: bigint): LedgerError =>
  new LedgerError('DATA_LOCKED', `The read model no longer stands at position ${from}: another projector writes to it. Let only one run.`)

/**
 * Applies `events`, which follow position `from`, and moves the checkpoint from there to `to`. One transaction: a crash or an error anywhere in it leaves nothing of the group.
 * Errors: DATA_LOCKED if the checkpoint is not `from`, INTEGRITY if positions do not grow from `from` to `to`.
 */
export const applyGroup = (file: Database, statements: Statements, events: readonly RecordedEvent[], from: bigint, to: bigint): void => {
  refuseDisorder(events, from, to)
  const run = file.transaction(() => {
    // First, so that of two projectors the second learns it before it has written a row.
    if (!statements.moveCheckpoint(from, to)) throw takenOver(from)
    for (const event of events) {
      const subjectId = subjectOf(event.stream)
      if (subjectId === null) continue
      for (const row of registersOf(subjectId, event)) statements.saveAnswer(row)
    }
    const counts = countsOf(events)
    for (const count of counts.activity) statements.addActivity(count)
    for (const count of counts.turnedAway) statements.addTurnedAway(count)
  })
  run.immediate()
}
