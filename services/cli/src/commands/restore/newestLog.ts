// Which of several copies of one log is the newest, and whether the others are its beginnings: two histories are never joined.
import { LedgerError } from '@consent-ledger/domain'
import { fsck, fsckSealed, PublishedLog, readState, type LogReader, type LogState, type PublishedHead } from '@consent-ledger/logfiles'
import { sameBytes, treeRoot } from '@consent-ledger/tlog'

/** `name`: how to call it before a person. */
export type LogCopy = { name: string; files: LogReader }

/** `head`: null where the file was lost and only the state tells how far it came. `state`: null in a mirror. `covered`: leaves that it says it holds. */
export type FoundLog = LogCopy & { log: PublishedLog; head: PublishedHead | null; state: LogState | null; covered: bigint }

const disagrees = (message: string, cause?: unknown): LedgerError =>
  new LedgerError('LOG_DISAGREES', message, cause === undefined ? {} : { cause })

const foreign = (name: string, cause: unknown): never => {
  if (!(cause instanceof LedgerError) || cause.code !== 'NOT_PUBLISHED') throw cause
  const remedy = 'If its key was changed since the backup, put `log.key` and the retired ones back into LEDGER_KEYS'
  throw disagrees(`The head of ${name} is signed by no key that the ledger names or LEDGER_KEYS holds. ${remedy}.`, cause)
}

const damaged = (name: string, cause: unknown): never => {
  if (!(cause instanceof LedgerError) || cause.code !== 'LOG_DISAGREES') throw cause
  throw disagrees(`${name}: ${cause.message}`, cause)
}

/** Those that have a published head, verified by one of `keys`, or a state. Errors: LOG_DISAGREES, those of the files. */
const begun = async (copies: readonly LogCopy[], keys: readonly string[]): Promise<FoundLog[]> => {
  const found: FoundLog[] = []
  for (const copy of copies) {
    const log = new PublishedLog(copy.files, () => keys)
    const head = await log.head().catch((cause: unknown) => foreign(copy.name, cause))
    const state = await readState(copy.files).catch((cause: unknown) => damaged(copy.name, cause))
    const [published, sealed] = [head?.size ?? 0n, state?.size ?? 0n]
    const covered = sealed > published ? sealed : published
    if (head !== null || state !== null) found.push({ ...copy, log, head, state, covered })
  }
  return found
}

/** What a copy says of the tree: its head, and its state as far as that goes beyond. */
const claimsOf = ({ head, state }: FoundLog): { size: bigint; root: Uint8Array }[] => [
  ...(head === null ? [] : [head]),
  ...(state === null || state.size <= (head?.size ?? 0n) ? [] : [{ size: state.size, root: Buffer.from(state.root, 'base64') }]),
]

/** Of two that reach equally far the one with the larger head: the other's may have been lost with a copy that was cut short. */
const isFurther = (one: FoundLog, other: FoundLog): boolean =>
  one.covered > other.covered || (one.covered === other.covered && (one.head?.size ?? 0n) > (other.head?.size ?? 0n))

/** The root of its tree of `size`, by its tiles. Errors: LOG_DISAGREES, those of the files. */
export const rootIn = ({ log, covered }: FoundLog, size: bigint): Promise<Uint8Array> => treeRoot(log.reader(covered), size)

/** Its tree of the older one's size must have the older one's root: the two are consistent (RFC 6962 §2.1.2). Errors: LOG_DISAGREES. */
const demandBeginning = async (older: FoundLog, newest: FoundLog): Promise<void> => {
  for (const { size, root } of claimsOf(older)) {
    if (size === 0n || sameBytes(await rootIn(newest, size), root)) continue
    throw disagrees(
      `${older.name} (${size} leaves) is not the beginning of ${newest.name} (${newest.covered} leaves): they are two histories. Nothing was changed. Keep both`,
    )
  }
}

/** Everything that the newest copy says is derived again from its entries. Errors: LOG_DISAGREES with the first difference. */
const demandWhole = async (newest: FoundLog, keys: readonly string[], onProgress: (leaves: number) => void): Promise<void> => {
  const { name, files, head, covered } = newest
  const hear = (done: bigint): void => onProgress(Number(done))
  const published = head === null ? null : (await fsck({ files, keys, onProgress: hear })).finding
  // Beyond its head a log is what its state says: sealed, and perhaps signed and shown before the file `checkpoint` was lost.
  const beyond = published === null && covered > (head?.size ?? 0n)
  const heads = head === null ? [] : [head.note]
  const finding = beyond ? (await fsckSealed({ files, keys, heads, onProgress: hear })).finding : published
  if (finding === null) return
  const remedy = beyond ? ` Up to ${covered} leaves may have been signed: bring those files back.` : ''
  throw disagrees(
    `${name} is the newest log, but it is not whole, at ${finding.where}: ${finding.message} (${finding.code}).${remedy} Nothing was changed.`,
  )
}

/** `heads`: the published heads of all copies, each one of the newest log's tree. */
export type Newest = { newest: FoundLog; heads: PublishedHead[] }

/**
 * The copy that reaches furthest, by its head or by its state; null if there is none. It is derived again from its entries before anything is built on it.
 * Errors: LOG_DISAGREES (two histories; a head by another key; the newest is not whole), those of the files.
 */
export const newestOf = async (
  copies: readonly LogCopy[],
  keys: readonly string[],
  onProgress: (leaves: number) => void,
): Promise<Newest | null> => {
  const found = await begun(copies, keys)
  const [first, ...rest] = found
  if (first === undefined) return null
  // The first of equals: what lies where the ledger looks for it need not be copied.
  const newest = rest.reduce((best, one) => (isFurther(one, best) ? one : best), first)
  await demandWhole(newest, keys, onProgress)
  for (const older of found) if (older !== newest) await demandBeginning(older, newest)
  return { newest, heads: found.flatMap(({ head }) => head ?? []) }
}
