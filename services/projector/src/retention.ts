// What is kept for a time and then deleted: the log of accesses (its time is a clock of each regulator profile).
import { clockOf, type Catalogue } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'

export type Keeping = {
  vault: Pick<Vault, 'forgetAccesses'>
  /** Of every controller: where their profiles differ, the longest time holds for all. */
  catalogues: () => Catalogue[]
  /** Epoch ms. */
  clock: () => number
  /** Hears of a sweep that failed; the next one does its work too. */
  onFailure: (error: unknown) => void
}

const daily = 24 * 60 * 60 * 1000

/** Deletes what is over its time, now. Nothing while no profile says for how long. */
export const sweep = async ({ vault, catalogues, clock }: Keeping): Promise<void> => {
  const now = clock()
  const longest = Math.max(0, ...catalogues().map((catalogue) => clockOf(catalogue, 'accessLog', now)))
  if (longest > 0) await vault.forgetAccesses(now - longest)
}

/** Sweeps at once and then each day, as long as the process runs. */
export const startRetention = (keeping: Keeping): { stop(): Promise<void> } => {
  let running = Promise.resolve()
  const run = (): void => {
    running = running.then(() => sweep(keeping)).catch(keeping.onFailure)
  }
  run()
  const timer = setInterval(run, daily)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
