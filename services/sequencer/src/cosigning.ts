// What the witnesses say of a head before it is published, and what is said of them: a witness that fails never holds up the log for longer than this.
import { consistencyProof } from '@consent-ledger/tlog'
import { namedKeys } from './logKey.ts'
import type { Log, SealingDeps } from './openLog.ts'
import { demandOfTree } from './otherTree.ts'
import { hashReader } from './tileFiles.ts'
import type { WitnessOutcome } from './witnesses.ts'

/** How long one head waits for its witnesses, ms. */
const deadline = 500
/** How long a start waits to hear what the witnesses saw of this log before, ms. The first connection to each is made here. */
const startDeadline = 2_000

// By log, so that each process says once how each of its witnesses stands.
const standings = new WeakMap<object, Map<string, string>>()

/** One line whenever a witness stands otherwise than before. */
const tell = (log: Log, witnesses: object, outcomes: readonly WitnessOutcome[]): void => {
  const known = standings.get(witnesses) ?? new Map<string, string>()
  standings.set(witnesses, known)
  for (const { name, outcome, why } of outcomes) {
    if (outcome === 'rests' || known.get(name) === outcome) continue
    known.set(name, outcome)
    if (outcome === 'cosigned') log.info({ witness: name }, 'a witness cosigns')
    else log.warn({ witness: name, outcome, why }, 'a witness does not cosign')
  }
}

/**
 * Signature lines of the witnesses that answered in time; none without witnesses. Errors: LOG_DISAGREES (one of them shows a head that this log signed and that
 * is not of this tree), those of the store, and of the files, of which proofs for them are made.
 */
export const askWitnesses = async (
  { witnesses, files, store, log }: SealingDeps,
  head: { size: bigint; note: string },
): Promise<string[]> => {
  if (witnesses === undefined) return []
  const consistency = (from: bigint): Promise<Uint8Array[]> => consistencyProof(hashReader(files), { from, to: head.size })
  const { signatures, outcomes, shown } = await witnesses.ask({ ...head, consistency }, deadline)
  tell(log, witnesses, outcomes)
  if (shown.length > 0) await demandOfTree(files, { size: head.size, vkeys: await namedKeys(store) }, shown)
  return signatures
}

// One look for each process: what it signs from then on, it knows itself.
const lookedAt = new WeakSet<object>()

/**
 * Before a start signs anything on a tree of `size` leaves of the log `origin`: no witness that answers in time has seen another. What a restored directory
 * cannot know of itself, others may. Errors: LOG_DISAGREES, those of the files.
 */
export const demandWitnessed = async (
  { witnesses, files }: SealingDeps,
  { origin, size, vkeys }: { origin: string; size: bigint; vkeys: readonly string[] },
): Promise<void> => {
  if (witnesses === undefined || lookedAt.has(witnesses)) return
  await demandOfTree(files, { size, vkeys }, await witnesses.look(origin, startDeadline))
  lookedAt.add(witnesses)
}
