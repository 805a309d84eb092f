// Moves a ledger from its files to EventStoreDB: copies it, closes the source, opens the target. Any line may be the last one before a crash.
import { randomUUID } from 'node:crypto'
import {
  catalogueAggregate,
  decideLedgerMoved,
  ledgerAggregate,
  ledgerStream,
  LedgerError,
  operatorsStream,
  type Ledger,
  type Writer,
} from '@consent-ledger/domain'
import { decideAndAppend, fold, type EventStore } from '@consent-ledger/eventstore'
import { demandNone, differences, notBegun } from './comparison.ts'
import { Copying } from './copying.ts'
import { demandOneAppend, openTarget } from './opening.ts'
import { StreamNumbers, Tally } from './tally.ts'

/** How the vault goes along. Each can be called again. */
export type VaultMove = {
  /** Called while the source still works. Errors: what would keep `copy` from its end, as far as can be told before. */
  prepare: (ledgerId: string) => Promise<unknown>
  /** Whole, compared and durable on return. */
  copy: (ledgerId: string) => Promise<unknown>
  /** Changes nothing. Errors: LEDGER_MOVED if it was not brought there by the move. */
  demandThere: (ledgerId: string) => Promise<unknown>
}

export type Moving = {
  /** Held under its writer's lock: nobody else appends to it while it is moved. */
  source: EventStore
  target: EventStore
  /** Epoch ms. */
  clock: () => number
  /** Absent: the vault stays where it is. */
  vault?: VaultMove
  /** The source was closed for a copy that is lost, and the target is another, empty store. */
  again: boolean
  /** Hears all the time how many events were copied, or compared. */
  onProgress: (count: number, ofWhat: string) => void
}

/** `there`: it had been moved before, and only was compared. `events`, `streams`: of the source, all equal at the target. `copied`: by this run. `later`: events that the target recorded since. */
export type Moved = { ledgerId: string; outcome: 'moved' | 'there'; events: number; streams: number; copied: number; later: number }

const to = 'esdb'
const compared = 'events compared'
const writer: Writer = { kind: 'system', id: 'ledger-copy', trust: 'system' }

/** Errors: NOT_FOUND, NOT_READY: nothing that could be moved. */
const demandLedger = ({ ledgerId, firstKeysIssued }: Ledger): string => {
  if (ledgerId === null) throw new LedgerError('NOT_FOUND', 'The source holds no ledger.')
  if (!firstKeysIssued)
    throw new LedgerError('NOT_READY', 'The first start of this ledger did not come to its end. Start it once at the source.')
  return ledgerId
}

const isClosed = ({ movedTo }: Ledger): boolean => movedTo === to

/**
 * Whether the target is to be filled, or has taken over already. It gets its stream `ledger` last, whole, so without that stream no program starts on it.
 * Errors: DATA_FOREIGN, LEDGER_MOVED.
 */
const stateOf = (here: Ledger, there: Ledger): 'to be filled' | 'in charge' => {
  if (there.ledgerId === null) return 'to be filled'
  if (there.ledgerId !== here.ledgerId) throw new LedgerError('DATA_FOREIGN', 'The target holds another ledger. Nothing was written.')
  if (isClosed(there) && isClosed(here)) return 'in charge'
  throw new LedgerError(
    'LEDGER_MOVED',
    'The target holds this ledger, at work, and it did not come from this source, which is an older copy. Nothing was written.',
  )
}

type Work = Moving & { ledgerId: string; numbers: StreamNumbers; ours: Tally; theirs: Tally }

const workOf = (moving: Moving, ledgerId: string): Work => {
  const numbers = new StreamNumbers()
  return { ...moving, ledgerId, numbers, ours: new Tally(moving.source, numbers), theirs: new Tally(moving.target, numbers) }
}

const report = ({ ledgerId, numbers, ours, theirs }: Work, outcome: Moved['outcome'], copied: number): Moved => {
  const streams = [...numbers.all()].filter(([, number]) => ours.counts.get(number) > 0).length
  return { ledgerId, outcome, events: ours.events, streams, copied, later: Math.max(0, theirs.events - ours.events) }
}

/** What a target holds that is not in charge must be the beginning of what the source holds. Writes nothing. Errors: DATA_FOREIGN. */
const demandBeginning = async ({ numbers, ours, theirs, onProgress }: Work): Promise<void> => {
  await theirs.advance(() => onProgress(theirs.events, compared))
  if (theirs.events === 0) return
  const strange = await notBegun(numbers, theirs, ours, () => onProgress(ours.events, compared))
  if (strange.length === 0) return
  throw new LedgerError(
    'DATA_FOREIGN',
    `The target holds events that are not of this ledger, or not the same (the first: stream ${strange[0]}). Nothing was written. Name an empty store.`,
  )
}

/**
 * A source that is closed, and a target that is not the one it was closed for: that one has all but the stream `ledger`.
 * Errors: LEDGER_MOVED unless that is meant.
 */
const demandNoOther = ({ numbers, ours, theirs, again }: Work): void => {
  const lacks = theirs.events === 0 || differences(numbers, ours, theirs, ledgerStream).length > 0
  if (!lacks || again) return
  throw new LedgerError(
    'LEDGER_MOVED',
    'This ledger was moved before, and not to here: the target is empty, or holds less than was copied then. If that copy was never started and is lost, say --again: two that work would be two histories.',
  )
}

/** Reads on in both and compares everything but the stream `ledger`, which the target must not have. Errors: INTEGRITY, DATA_FOREIGN. */
const demandSame = async ({ numbers, ours, theirs, onProgress }: Work, so: string): Promise<void> => {
  await ours.advance(() => onProgress(ours.events, compared))
  await theirs.advance(() => onProgress(theirs.events, compared))
  demandNone(differences(numbers, ours, theirs, ledgerStream), so)
  if (theirs.counts.get(numbers.of(ledgerStream)) > 0)
    throw new LedgerError('DATA_FOREIGN', `A ledger was begun at the target meanwhile. Stop it, and copy to an empty store. ${so}`)
}

/** The ledger at the source is closed on return, durably: no program starts on it any more. */
const closeSource = ({ source, clock }: Work): Promise<void> =>
  decideAndAppend({
    store: source,
    clock,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer },
    decide: (ledger) => decideLedgerMoved(ledger, to),
    conclude: () => undefined,
  })

/** Everything but the stream `ledger`: operators and catalogues ahead of the others. Answers with how many events this run appended. */
const copyStreams = async ({ source, target, numbers, theirs, onProgress }: Work, controllers: readonly string[]): Promise<number> => {
  const copying = new Copying({
    source,
    target,
    numbers,
    there: theirs.counts.copy(),
    onProgress: (count) => onProgress(count, 'events copied'),
  })
  for (const stream of [operatorsStream, ...controllers.map((id) => catalogueAggregate(id).stream)]) await copying.stream(stream)
  await copying.rest()
  return copying.appended
}

/**
 * Copies, compares, closes the source, brings the vault, opens the target. A crash before `closeSource` returns leaves a source that works as before and a
 * target that no program starts on; one after it leaves both closed; one after `openTarget` the target open. The same call again goes on from each.
 */
const fill = async (work: Work, here: Ledger): Promise<Moved> => {
  const { source, target, ledgerId, vault, ours } = work
  await demandBeginning(work)
  if (isClosed(here)) demandNoOther(work)
  await demandOneAppend(source)
  await vault?.prepare(ledgerId)
  const copied = await copyStreams(work, here.controllers)
  await demandSame(work, isClosed(here) ? 'The target stays closed.' : 'The source was not closed: it works as before.')
  // Once more: what takes hours may have seen the database go, and from the next line on nobody works until it is back.
  await vault?.prepare(ledgerId)
  await closeSource(work)
  await ours.advance(() => {})
  await vault?.copy(ledgerId)
  return report(work, 'moved', copied + (await openTarget(source, target)))
}

const compareAgain = async (work: Work): Promise<Moved> => {
  const { numbers, ours, theirs, ledgerId, vault, onProgress } = work
  await vault?.demandThere(ledgerId)
  await ours.advance(() => onProgress(ours.events, compared))
  const strange = await notBegun(numbers, ours, theirs, () => onProgress(theirs.events, compared))
  const found = differences(numbers, ours, theirs).filter(({ stream }) => strange.includes(stream))
  demandNone(found, 'Nothing was written.')
  return report(work, 'there', 0)
}

/**
 * Moves the ledger; or, if that was done, compares again what the source holds with the beginning of what the target holds now. On return the target is whole,
 * durable, the same event by event (but for the place in the global order), and open; the source is closed for ever. The source is changed by one event,
 * `LedgerMoved`. After any failure or crash the same call goes on from where it was.
 * Errors: NOT_FOUND, NOT_READY, DATA_FOREIGN, LEDGER_MOVED (nothing was written); INTEGRITY names the streams that differ; TOO_LARGE; those of the stores and the vault.
 */
export const move = async (moving: Moving): Promise<Moved> => {
  const here = await fold(moving.source, ledgerAggregate)
  const work = workOf(moving, demandLedger(here))
  const state = stateOf(here, await fold(moving.target, ledgerAggregate))
  return state === 'in charge' ? compareAgain(work) : fill(work, here)
}
