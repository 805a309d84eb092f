// ?wait=published: the proofs of what was just recorded, as soon as a tree head covers it.
import { setTimeout } from 'node:timers/promises'
import { isPassing, leafBytes, LedgerError, ms, type RecordedEvent } from '@consent-ledger/domain'
import { proveLeaf, type PublishedLog } from '@consent-ledger/logfiles'
import type { IngestDeps } from '../deps.ts'
import type { EventProof } from '../schemas/receipts.ts'
import type { Outcome } from './act.ts'

export type Publishing = {
  /** How many leaves are published now: what is recorded from here on lies behind them. Undefined if that cannot be told: an act is recorded all the same. */
  size(): Promise<bigint | undefined>
  /** One for each event told of, verified; [] if they are not all published in time. `since`: `size` from before the act was recorded. */
  of(outcome: Pick<Outcome, 'told' | 'replayed'>, since: bigint | undefined): Promise<EventProof[]>
}

/** `patience`: ms for which a caller is kept waiting; `every`: ms between looks at the published head. */
type Waiting = { patience: number; every: number }

/** What was recorded longer ago than this and cannot be found is not about to be published, ms: a sequencer needs a second. */
const recent = 60_000

const isAwaited = (error: unknown): boolean => isPassing(error) || (error instanceof LedgerError && error.code === 'NOT_PUBLISHED')

const sizeOf = async (log: PublishedLog): Promise<bigint | undefined> => {
  try {
    return (await log.head())?.size ?? 0n
  } catch (error) {
    if (isAwaited(error)) return undefined
    throw error
  }
}

/** The size of the published log a moment from now. All who ask meanwhile share one look, however many wait. */
const sharedLook = (log: PublishedLog, every: number): (() => Promise<bigint | undefined>) => {
  let look: Promise<bigint | undefined> | null = null
  const begin = async (): Promise<bigint | undefined> => {
    await setTimeout(every)
    look = null
    return sizeOf(log)
  }
  return () => (look ??= begin())
}

type Place = { index?: bigint; since?: bigint }

/** Proofs of all of them, or null as long as one of them is not published. The events of one append lie side by side. */
const proofsNow = async (
  deps: IngestDeps & { log: PublishedLog },
  told: readonly RecordedEvent[],
  from: Place,
): Promise<EventProof[] | null> => {
  const proofs: EventProof[] = []
  let place = from
  for (const event of told) {
    try {
      const { leafIndex, proofFile } = await proveLeaf(deps, leafBytes(event), place)
      proofs.push({ eventId: event.id, leafIndex: leafIndex.toString(), proof: proofFile })
      place = { ...from, index: leafIndex + 1n }
    } catch (error) {
      if (!isAwaited(error)) throw error
      return null
    }
  }
  return proofs
}

/** Nothing is looked at before somebody waits. */
export const publishing = (deps: IngestDeps, { patience, every }: Waiting = { patience: 5_000, every: 100 }): Publishing => {
  const { log, clock } = deps
  if (log === null) return { size: async () => undefined, of: async () => [] }
  const look = sharedLook(log, every)
  const old = ({ metadata }: RecordedEvent): boolean => clock() - ms(metadata.recordedAt) > recent
  return {
    size: () => sizeOf(log),
    async of({ told, replayed }, since) {
      if (told.length === 0) return []
      // A replay may have been published long before `since`.
      const from: Place = replayed || since === undefined ? {} : { since }
      const deadline = performance.now() + (replayed && told.every(old) ? 0 : patience)
      for (let tried = from.since; ;) {
        const size = await look()
        const proofs = size === undefined || size === tried ? null : await proofsNow({ ...deps, log }, told, from)
        if (proofs !== null) return proofs
        if (performance.now() >= deadline) return []
        tried = size
      }
    },
  }
}
