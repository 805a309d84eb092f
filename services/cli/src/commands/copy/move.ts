// Moves a ledger to a store of another kind: copies it, closes the source, opens the target. Any line may be the last one before a crash.
import { randomUUID } from 'node:crypto'
import {
  catalogueAggregate,
  decideLedgerMoved,
  ledgerAggregate,
  ledgerStream,
  LedgerError,
  operatorsStream,
  type Ledger,
  type StoreKind,
  type Writer,
} from '@consent-ledger/domain'
import { decideAndAppend, fold, type EventStore } from '@consent-ledger/eventstore'
import { demandNone, differences, notBegun } from './comparison.ts'
import { Copying } from './copying.ts'
import { demandOneAppend, openTarget } from './opening.ts'
import { StreamNumbers, Tally } from './tally.ts'

export type Side = { store: EventStore; kind: StoreKind }

export type Moving = {
  source: Side
  /** Of another kind than the source. */
  target: Side
  /** Epoch ms. */
  clock: () => number
  /** Brings the vault along, durably, and can be called again. Absent: it stays where it is. */
  copyVault?: (ledgerId: string) => Promise<unknown>
  /** The source was closed for a copy that is lost, and the target is another, empty store. */
  again: boolean
  /** Waits until every process that has the source open has seen that it is closed. */
  settle: () => Promise<void>
  /** Hears all the time how many events were copied, or compared. */
  onProgress: (count: number, ofWhat: string) => void
}

/** `there`: it had been moved before, and only was compared. `events`, `streams`: of the source, all equal at the target. `copied`: by this run. `later`: events that the target recorded since. */
export type Moved = { ledgerId: string; outcome: 'moved' | 'there'; events: number; streams: number; copied: number; later: number }

const compared = 'events compared'
const writer: Writer = { kind: 'system', id: 'ledger-copy', trust: 'system' }

/** Errors: NOT_FOUND, NOT_READY: nothing that could be moved. */
const demandLedger = ({ ledgerId, firstKeysIssued }: Ledger): string => {
  if (ledgerId === null) throw new LedgerError('NOT_FOUND', 'The source holds no ledger.')
  if (!firstKeysIssued)
    throw new LedgerError('NOT_READY', 'The first start of this ledger did not come to its end. Start it once at the source.')
  return ledgerId
}

/**
 * Whether the target is to be filled, or has taken over already. It takes over with its last event of the stream `ledger`, so without that stream, or with one
 * that says that the ledger left, no program starts on it. Errors: DATA_FOREIGN, LEDGER_MOVED.
 */
const stateOf = (here: Ledger, there: Ledger, target: StoreKind): 'to be filled' | 'in charge' => {
  if (there.ledgerId === null) return 'to be filled'
  if (there.ledgerId !== here.ledgerId) throw new LedgerError('DATA_FOREIGN', 'The target holds another ledger. Nothing was written.')
  if (there.movedTo !== null && there.movedTo !== target) return 'to be filled'
  if (there.movedTo === target && here.movedTo === target) return 'in charge'
  throw new LedgerError(
    'LEDGER_MOVED',
    'The target holds this ledger, at work, and it did not come from this source, which is an older copy. Nothing was written.',
  )
}

type Work = Moving & { ledgerId: string; numbers: StreamNumbers; ours: Tally; theirs: Tally }

const prepare = (moving: Moving, ledgerId: string): Work => {
  const numbers = new StreamNumbers()
  return { ...moving, ledgerId, numbers, ours: new Tally(moving.source.store, numbers), theirs: new Tally(moving.target.store, numbers) }
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

/** Reads on in both, in the source up to what was copied, and compares everything but the stream `ledger`. Errors: INTEGRITY. */
const demandSame = async ({ numbers, ours, theirs, onProgress }: Work, copied: bigint, so: string): Promise<void> => {
  await ours.advance(() => onProgress(ours.events, compared), copied)
  await theirs.advance(() => onProgress(theirs.events, compared))
  demandNone(differences(numbers, ours, theirs, ledgerStream), so)
}

/** The ledger at the source is closed on return, durably: no program starts on it any more. */
const closeSource = ({ source, target, clock }: Work): Promise<void> =>
  decideAndAppend({
    store: source.store,
    clock,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer },
    decide: (ledger) => decideLedgerMoved(ledger, target.kind),
    conclude: () => undefined,
  })

/** Errors: NOT_READY if the source has more than was read. */
const demandQuiet = async ({ source, ours }: Work, so: string): Promise<void> => {
  if ((await source.store.head()) === ours.position) return
  throw new LedgerError(
    'NOT_READY',
    `Something still writes to the source. Stop every process of this ledger, then give the command again. ${so}`,
  )
}

/** A source that is closed, and a target that nothing was copied to: so it was copied elsewhere. Errors: LEDGER_MOVED unless that is meant. */
const demandNoOther = ({ theirs, again }: Work): void => {
  if (theirs.events > 0 || again) return
  throw new LedgerError(
    'LEDGER_MOVED',
    'This ledger was moved before, and the target is empty. If that copy was never started and is lost, say --again: two that work would be two histories.',
  )
}

/**
 * Copies, compares, closes the source, copies and compares what is left, brings the vault, opens the target. A crash before `closeSource` returns leaves a
 * source that works as before and a target that no program starts on, since it has no stream `ledger`, or one that says that the ledger left; a crash
 * after it leaves both closed; a crash after `openTarget`, the target open. The same call again goes on from each.
 */
const fill = async (work: Work, here: Ledger): Promise<Moved> => {
  const { source, target, numbers, theirs, onProgress } = work
  await demandBeginning(work)
  const closed = here.movedTo === target.kind
  if (closed) demandNoOther(work)
  const known = theirs.counts.get(numbers.of(ledgerStream))
  await demandOneAppend(source.store, known)
  const copying = new Copying({
    source: source.store,
    target: target.store,
    numbers,
    there: theirs.counts.copy(),
    onProgress: (count) => onProgress(count, 'events copied'),
  })
  for (const stream of [operatorsStream, ...here.controllers.map((id) => catalogueAggregate(id).stream)]) await copying.stream(stream)
  await copying.rest()
  await demandSame(work, copying.position, closed ? 'The target stays closed.' : 'The source was not closed: it works as before.')
  if (theirs.counts.get(numbers.of(ledgerStream)) !== known)
    throw new LedgerError('DATA_FOREIGN', 'A ledger was begun at the target meanwhile. Stop it, and copy to an empty store.')
  await closeSource(work)
  await work.settle()
  await copying.rest()
  await demandSame(work, copying.position, 'The source is closed, the target is not open.')
  await work.copyVault?.(work.ledgerId)
  await demandQuiet(work, 'The target is not open yet.')
  const opened = await openTarget(source.store, target.store, known)
  await demandQuiet(work, 'The target is open: what was written to the source since then is not there.')
  return report(work, 'moved', copying.appended + opened)
}

const compareAgain = async (work: Work): Promise<Moved> => {
  const { numbers, ours, theirs, onProgress } = work
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
 * Errors: NOT_FOUND, NOT_READY, DATA_FOREIGN, LEDGER_MOVED (nothing was written); INTEGRITY names the streams that differ; TOO_LARGE; those of the stores.
 */
export const move = async (moving: Moving): Promise<Moved> => {
  const { source, target } = moving
  const here = await fold(source.store, ledgerAggregate)
  const work = prepare(moving, demandLedger(here))
  const state = stateOf(here, await fold(target.store, ledgerAggregate), target.kind)
  return state === 'in charge' ? compareAgain(work) : fill(work, here)
}
