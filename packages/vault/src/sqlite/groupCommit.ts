// Many waiting writes, one transaction, one fsync: what a write costs is shared by those who wait at the same time.
import type Database from 'better-sqlite3'
import type { Step, Tables } from '../tables.ts'
import { waiter, type Waiter } from '../waiter.ts'
import { asFault, isOfTheFile } from './faults.ts'

/** So many steps in one transaction: the event loop is not held much longer than one fsync. */
const largestGroup = 128

/**
 * Least time from a commit that several shared to the next, ms. Who comes alone is committed at once, one after the other; under load a commit, which costs
 * the same for one as for many, is shared by all who came meanwhile.
 */
const leastInterval = 8

type GroupCommit = {
  /**
   * Runs `step` inside a transaction and resolves when its writes are durable. What the step throws before it writes fails its own waiter only.
   * Errors: VAULT_UNAVAILABLE for every waiter of a group that could not be committed: nothing of it was written, or, where the disk failed
   * in the very commit and the process then dies, all of it; asking again is right in both cases.
   */
  write: <T>(step: (tables: Tables) => Step<T>) => Promise<T>
}

export const openGroupCommit = (db: Database.Database, tables: Tables): GroupCommit => {
  const [begin, commit, rollback] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT'), db.prepare('ROLLBACK')]
  const waiting: Waiter[] = []
  let scheduled = false
  let sharedUntil = 0

  const flush = (): void => {
    const group = waiting.splice(0, largestGroup)
    try {
      begin.run()
      for (const { run } of group) run(tables)
      commit.run()
      // Durable from here: the WAL is fsynced (synchronous=FULL).
    } catch (error) {
      undo()
      const fault = asFault(error)
      for (const { fail } of group) fail(fault)
      return
    }
    sharedUntil = group.length > 1 ? performance.now() + leastInterval : 0
    for (const { succeed } of group) succeed()
  }
  const undo = (): void => {
    try {
      if (db.inTransaction) rollback.run()
    } catch {
      // SQLite has rolled back by itself; nothing of the group is in the file.
    }
  }
  const onTurn = (): void => {
    scheduled = false
    flush()
    if (waiting.length > 0) schedule()
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    const early = sharedUntil - performance.now()
    if (early > 0 && waiting.length < largestGroup) setTimeout(onTurn, early)
    else setImmediate(onTurn)
  }
  return {
    write: (step) =>
      new Promise((resolve, reject) => {
        waiting.push(waiter(step, resolve, reject, isOfTheFile))
        schedule()
      }),
  }
}
