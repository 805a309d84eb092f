// What a projector does while another one is at work: it looks on, and takes over when that one has stopped.
import type { EventStore, Ticker } from '@consent-ledger/eventstore'
import { refuseRolledBack } from '@consent-ledger/readmodel'
import type { Applied, ReadModel } from '@consent-ledger/readmodel'
import type { Freshness } from './freshness.ts'
import { nextTick } from './tick.ts'

/** Whoever is at work notes `asOf` each second, also where there is nothing to apply: after so many looks without that it has stopped, and `asOf` would grow old. */
const silence = 5

type Looking = { store: EventStore; readModel: ReadModel }
type Look = Applied & { head: bigint }

/** How far the read model has come, for `progress` too. Errors: DATA_ROLLED_BACK, and those of both stores. */
export const look = async ({ store, readModel }: Looking, freshness: Freshness): Promise<Look> => {
  const applied = await readModel.progress()
  // After the checkpoint: another projector may apply what was recorded between the two.
  const head = await store.head()
  refuseRolledBack(applied.checkpoint, head)
  freshness.look(applied, head)
  return { ...applied, head }
}

type StandingBy = Looking & {
  freshness: Freshness
  ticker: Ticker
  /** Where this projector had come when it was told that the checkpoint had moved. */
  lostAt: bigint
  signal: AbortSignal
}

/**
 * Resolves when this projector is to apply, or `signal` aborts: at once if the checkpoint went back, for then it was a rebuild and nobody need be at work;
 * else when the head was ahead at one look and the checkpoint has not moved at the next, or when nothing moved at all for `silence` looks.
 * To be wrong costs nothing: of two that apply one wins, and the other stands by.
 */
export const standBy = async ({ freshness, ticker, lostAt, signal, ...looking }: StandingBy): Promise<void> => {
  let before = await look(looking, freshness)
  if (before.checkpoint < lostAt) return
  for (let silent = 0; silent < silence;) {
    await nextTick(ticker, signal)
    if (signal.aborted) return
    const now = await look(looking, freshness)
    const moved = now.checkpoint !== before.checkpoint
    if (!moved && before.checkpoint < before.head) return
    silent = moved || now.asOf !== before.asOf ? 0 : silent + 1
    before = now
  }
}
