// `rebuild`: the read model made again from zero, and the wait until it has caught up.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ask, isReady, type Ledger } from '../client.ts'

const betweenLooks = 250

/** Returns when the ledger says that it is ready again. However long that takes; what was recorded is not touched. */
export const rebuild = async (ledger: Ledger): Promise<void> => {
  await ask(ledger, { method: 'POST', path: '/v1/projections/rebuild', roles: ['admin'] }, z.unknown())
  while (!(await isReady(ledger.url))) await pause(betweenLooks)
}
