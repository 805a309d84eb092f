// Many waiting writes, one transaction, one way there and back: what a write costs over the network is shared by those who wait at the same time.
import { setImmediate } from 'node:timers/promises'
import { LedgerError } from '@consent-ledger/domain'
import type { Needs, Step, Tables } from '../tables.ts'
import { waiter, type Waiter } from '../waiter.ts'
import type { Connections } from './connections.ts'
import { allOf, load } from './load.ts'
import { workingSet } from './workingSet.ts'

/**
 * For a group that wrote nothing, as one of retries: what it found may stand here only, by a COMMIT whose wait for the standbys was cut off, and a COMMIT
 * without a write waits for nobody. This one waits for all that was written before it.
 */
const touch = 'UPDATE vault.format SET format = format'

/** So many steps in one transaction: what they name is one message, and the event loop is not held much longer than by one fsync. */
const largestGroup = 128

type Waiting = Waiter & { needs: Needs }

type GroupCommit = {
  /**
   * Runs `step` inside a transaction and resolves when its writes are durable. What the step throws before it writes fails its own waiter only.
   * Errors: VAULT_UNAVAILABLE for every waiter of a group that could not be committed: nothing of it was written, or, where the answer to COMMIT was
   * lost, perhaps all of it; asking again is right in both cases. Whoever waited behind that group is refused with it, so nobody waits for two that fail.
   */
  write: <T>(needs: Needs, step: (tables: Tables) => Step<T>) => Promise<T>
}

export const openGroupCommit = (connections: Connections): GroupCommit => {
  const waiting: Waiting[] = []
  let busy = false
  const drain = async (): Promise<void> => {
    // Whoever asks in this turn of the event loop goes together; whoever asks later, while a group is on its way, makes the next one.
    await setImmediate()
    while (waiting.length > 0) {
      const fault = await commit(connections, waiting.splice(0, largestGroup))
      // Whoever waited behind is told too: else the last of many would wait as long as all the groups before it.
      if (isAway(fault)) for (const { fail } of waiting.splice(0)) fail(fault)
    }
    busy = false
  }
  return {
    write: (needs, step) =>
      new Promise((resolve, reject) => {
        waiting.push({ needs, ...waiter(step, resolve, reject) })
        if (busy) return
        busy = true
        void drain()
      }),
  }
}

/** Never rejects: each waiter is told. Answers with what failed the group, if anything did. */
const commit = async (connections: Connections, group: readonly Waiting[]): Promise<unknown> => {
  try {
    await connections.transaction(async (ask) => {
      const needs = allOf(group.map(({ needs }) => needs))
      const { tables, statements } = workingSet(needs, await load(ask, needs))
      for (const { run } of group) run(tables)
      const writes = statements()
      for (const { text, values, name } of writes) await ask(text, values, name)
      if (writes.length === 0) await ask(touch)
    })
  } catch (error) {
    // What one of them wrote, PostgreSQL did not take: each alone, so that it is told and nobody else.
    if (group.length > 1 && !isOfTheServer(error)) for (const one of group) await commit(connections, [one])
    else for (const { fail } of group) fail(error)
    return error
  }
  for (const { succeed } of group) succeed()
  return undefined
}

const isAway = (error: unknown): boolean => error instanceof LedgerError && error.code === 'VAULT_UNAVAILABLE'
const isOfTheServer = (error: unknown): boolean => isAway(error) || (error instanceof LedgerError && error.code === 'DATA_CORRUPT')
