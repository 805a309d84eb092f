// A ledger made whole again: its data from a backup, its log the newest there is, the store level with the log. Any line may be the last one before a crash.
import { ledgerAggregate, LedgerError, type Ledger, type StoreKind } from '@consent-ledger/domain'
import { demandOwn, hasBegun } from '@consent-ledger/edge'
import { fold, type EventStore } from '@consent-ledger/eventstore'
import { PublishedLog, type LogFiles, type PublishedHead } from '@consent-ledger/logfiles'
import type { Signer } from '@consent-ledger/tlog'
import type { KeyDirectory, Vault } from '@consent-ledger/vault'
import { copyLog } from '../backup/logCopy.ts'
import { NamedHeads, signedAgain, type BroughtBack } from './goneHeads.ts'
import { levelHeads, newestInStore } from './heads.ts'
import { leavesOf, type Leaf } from './leaves.ts'
import { levelEvents } from './level.ts'
import { logKeysOf, signersIn } from './logKeys.ts'
import { demandMark, markIn } from './mark.ts'
import { newestOf, rootIn, type FoundLog, type LogCopy } from './newestLog.ts'

export type Restoring = {
  /** Held under its writer's lock. Any beginning of the ledger, even none. */
  store: EventStore
  kind: StoreKind
  vault: Pick<Vault, 'controllerOf' | 'identity'>
  /** LEDGER_LOG, held under the sequencer's lock. */
  files: LogFiles
  /** Further copies of the log. */
  copies: readonly LogCopy[]
  /** The key directory, opened and by its path. */
  master: KeyDirectory
  keys: string
  /** A log that ends before a head that was published is taken nevertheless. */
  acceptOlderLog?: boolean
  clock: () => number
  onProgress: (count: number, ofWhat: string) => void
}

/**
 * Heads that the store lost: larger than `after`, no larger than `upTo`. Of these `again` are back in `tree-heads`, as they were; `dossiers` are sizes that a
 * dossier names and that are not, because the key that signed them is not in the key directory. Witnesses' lines come back only with a copy of the head itself.
 */
export type LostHeads = { after: string; upTo: string; again: string[]; dossiers: string[] }

/**
 * `log`: the copy that was the newest, null for a ledger without one; `size`: leaves. `published`: leaves of its newest head, null if only a state is left.
 * `older`: leaves of a head that was published and is not of this log; null, as a rule. `appended`: events. `lacking`: subjects of whom the vault has no keys.
 */
export type Restored = {
  ledgerId: string
  log: { from: string; size: string; root: string; published: string | null; older: string | null } | null
  heads: LostHeads | null
  events: { sealed: number; appended: number }
  lacking: string[]
}

const atOnce = 2000
const subject = /^subject-(.+)$/

/** Errors: MASTER_KEY_WRONG, LEDGER_MOVED, DATA_FOREIGN. */
const demandStartable = async (ledger: Ledger, { master, kind, vault }: Restoring): Promise<void> => {
  if (!hasBegun(ledger)) return
  demandOwn(ledger, master, kind)
  if ((await vault.identity()) !== ledger.ledgerId)
    throw new LedgerError('DATA_FOREIGN', 'The vault is not of this ledger. Bring back its own from the same backup.')
}

/** Subjects who begin among these leaves and are not in the vault: what was sealed about them cannot be opened. */
const lackingIn = async (vault: Restoring['vault'], leaves: readonly Leaf[]): Promise<string[]> => {
  const lacking: string[] = []
  for (const { event } of leaves) {
    const id = event.revision === 0n ? subject.exec(event.stream)?.[1] : undefined
    if (id !== undefined && (await vault.controllerOf(id)) === null) lacking.push(id)
  }
  return lacking
}

type Levelled = { appended: number; lacking: string[]; named: NamedHeads }

const levelStore = async ({ store, vault, onProgress }: Restoring, log: PublishedLog, covered: bigint): Promise<Levelled> => {
  const named = new NamedHeads()
  let [appended, seen]: [number, number] = [0, 0]
  const lacking: string[] = []
  for await (const leaves of leavesOf(log, covered, atOnce)) {
    for (const leaf of leaves) named.see(leaf)
    appended += await levelEvents(store, leaves)
    lacking.push(...(await lackingIn(vault, leaves)))
    onProgress((seen += leaves.length), 'leaves of the log held against the event store')
  }
  return { appended, lacking, named }
}

/** Each size once, smallest first: those of copies before those that are signed again, which lack the lines of witnesses. */
const eachOnce = (heads: readonly PublishedHead[]): PublishedHead[] => {
  const bySize = new Map<bigint, PublishedHead>()
  for (const head of heads) if (head.note.length > (bySize.get(head.size)?.note.length ?? 0)) bySize.set(head.size, head)
  return [...bySize.values()].sort((one, other) => (one.size < other.size ? -1 : 1))
}

const lostHeads = (after: bigint, heads: readonly PublishedHead[], { gone }: BroughtBack): LostHeads | null => {
  const again = heads.map(({ size }) => size).filter((size) => size > after)
  const upTo = again.at(-1)
  if (upTo === undefined) return null
  return { after: after.toString(), upTo: upTo.toString(), again: again.map(String), dossiers: gone.map(String) }
}

const nothing = new LedgerError('NOT_FOUND', 'There is neither a ledger in the event store nor a log: name a backup.')

type Keys = { signers: Signer[]; vkeys: string[] }

/** The log is in LEDGER_LOG, verified. Brings events and heads level with it. */
const levelAll = async (
  order: Restoring,
  newest: FoundLog,
  known: readonly PublishedHead[],
  { signers, vkeys: keys }: Keys,
): Promise<Omit<Restored, 'log'>> => {
  const { store, files, clock } = order
  const { covered } = newest
  const log = new PublishedLog(files, () => keys)
  const { appended, lacking, named } = await levelStore(order, log, covered)
  const ledger = await fold(store, ledgerAggregate)
  if (!hasBegun(ledger)) throw new LedgerError('LOG_DISAGREES', 'The log holds no beginning of a ledger.')
  await demandStartable(ledger, order)
  const after = await newestInStore(store, log, covered, keys)
  const back = await signedAgain(named.sizes(after), { log, covered, named, signers })
  const heads = eachOnce([...known, ...back.again])
  await levelHeads({ store, clock, files, ledgerId: ledger.ledgerId, heads, keys, covered })
  return { ledgerId: ledger.ledgerId, heads: lostHeads(after, heads, back), events: { sealed: Number(covered), appended }, lacking }
}

/**
 * On return the store holds every event that the newest log seals, the stream `tree-heads` every published head that is known, and LEDGER_LOG that log; all
 * durable. Nothing is signed here but what was signed before, and nothing replaced: where two copies contradict each other it stops. After a crash the same call goes on.
 * Errors: NOT_FOUND, LOG_DISAGREES, DATA_ROLLED_BACK (a larger tree was published than any copy has), MASTER_KEY_WRONG, LEDGER_MOVED, DATA_FOREIGN, those of
 * stores and files.
 */
export const restore = async (order: Restoring): Promise<Restored> => {
  const { store, files, copies, acceptOlderLog = false, onProgress } = order
  const before = await fold(store, ledgerAggregate)
  await demandStartable(before, order)
  const signers = signersIn(order.keys)
  const vkeys = logKeysOf(before, signers)
  const found = await newestOf([{ name: 'LEDGER_LOG', files }, ...copies], vkeys, (count) => onProgress(count, 'leaves of the log checked'))
  const mark = markIn(order.keys, vkeys)
  if (found === null && !hasBegun(before)) throw nothing
  const short = await demandMark(found?.newest ?? null, mark, acceptOlderLog)
  if (found === null) return withoutLog(before)
  const { newest, heads } = found
  // A crash from here on leaves a log that is copied in part under its old head, or none.
  if (newest.name !== 'LEDGER_LOG') await copyLog({ from: newest.files, to: files, onProgress: (count) => onProgress(count, 'files of the log copied') }) // prettier-ignore
  const known = mark === null || short !== null ? heads : [...heads, mark]
  const level = await levelAll(order, newest, known, { signers, vkeys })
  return { ...level, log: await logNow(newest, known, short) }
}

const logNow = async (newest: FoundLog, known: readonly PublishedHead[], short: PublishedHead | null): Promise<Restored['log']> => {
  const { name: from, covered } = newest
  const root = Buffer.from(await rootIn(newest, covered)).toString('base64')
  const published = eachOnce(known).at(-1)?.size.toString() ?? null
  return { from, size: covered.toString(), root, published, older: short?.size.toString() ?? null }
}

/** A ledger from before it had a log. Errors: NOT_FOUND if it has one, which is not among the copies. */
const withoutLog = (ledger: Ledger): Restored => {
  if (!hasBegun(ledger)) throw nothing
  if (ledger.logKeys.length > 0)
    throw new LedgerError('NOT_FOUND', 'This ledger has a transparency log, and none was found: name LEDGER_LOG, or a copy with --log.')
  return { ledgerId: ledger.ledgerId, log: null, heads: null, events: { sealed: 0, appended: 0 }, lacking: [] }
}
