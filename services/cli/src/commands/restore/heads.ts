// Brings the stream `tree-heads` level with the log, so that no other head is ever signed for a size that was published, and the sequencer's state with both.
import { randomUUID } from 'node:crypto'
import { LedgerError, treeHeadsAggregate, type SignedHead, type TreeHeadFact, type TreeHeads, type Writer } from '@consent-ledger/domain'
import { decideAndAppend, fold, type EventStore } from '@consent-ledger/eventstore'
import { formatState, PublishedLog, readState, stateFile, type LogFiles, type LogState, type PublishedHead } from '@consent-ledger/logfiles'
import { openTreeHead, parseNote, parseVkey, sameBytes, treeRoot, type Verifier } from '@consent-ledger/tlog'
import { leafOf } from './leaves.ts'

const writer: Writer = { kind: 'system', id: 'ledger-restore', trust: 'system' }

/** Heads of one append: a store takes only so many bytes at once. */
const atOnce = 200

/** The log's own note and the lines of witnesses, apart, as the stream has them. */
const apart = ({ note, size }: PublishedHead, keys: readonly Verifier[]): SignedHead => {
  const { signedBy } = openTreeHead(note, keys)
  const { text, signatures } = parseNote(note)
  const own = signatures.filter(({ name, id }) => name === signedBy.name && id === signedBy.id).map(({ line }) => line)
  const others = signatures.map(({ line }) => line).filter((line) => !own.includes(line))
  return { size, note: `${text}\n${own[0] ?? ''}`, signatures: others }
}

const disagrees = (message: string): LedgerError => new LedgerError('LOG_DISAGREES', `${message} Nothing more was changed; keep both.`)

const decideHead = ({ last }: TreeHeads, head: SignedHead): TreeHeadFact[] => {
  if (last !== null && last.size > head.size) return []
  if (last?.size === head.size) {
    if (last.note === head.note) return []
    throw disagrees(`Two heads of size ${head.size} were signed: the published one is not the one in the event store.`)
  }
  const size = head.size.toString()
  const cosigned: TreeHeadFact[] =
    head.signatures.length === 0 ? [] : [{ type: 'TreeHeadCosigned', data: { size, signatures: head.signatures } }]
  return [{ type: 'TreeHeadSigned', data: { size, note: head.note } }, ...cosigned]
}

/** A head of the store that was not published must be of this very log. Errors: LOG_DISAGREES. */
const demandOfLog = async (last: SignedHead | null, log: PublishedLog, covered: bigint, keys: readonly Verifier[]): Promise<void> => {
  if (last === null || last.size === 0n) return
  if (last.size > covered)
    throw disagrees(
      `The event store names a signed head of ${last.size} leaves, and the log has ${covered}: this log is older than the store. Name a newer one with --log, or let \`ledger log rebuild --from-store\` make the rest of it from the events.`,
    )
  const root = await treeRoot(log.reader(covered), last.size)
  if (!sameBytes(root, openTreeHead(last.note, keys).head.root))
    throw disagrees(`The head of size ${last.size} in the event store is not one of this log.`)
}

/** As a sequencer would have left it, but told to hold the whole store against the log: every place in the store may be new. */
const stateFrom = async (ledgerId: string, log: PublishedLog, head: PublishedHead, keys: readonly Verifier[]): Promise<LogState> => {
  const { name: origin, vkey } = openTreeHead(head.note, keys).signedBy
  const root = Buffer.from(head.root).toString('base64')
  for await (const { index, entry } of log.entries(head.size - 1n, head.size)) {
    const { stream, revision, id } = leafOf(index, entry).event
    return { ledgerId, origin, vkey, size: head.size, root, last: { stream, revision, id }, place: null, treeHeadsRevision: -1n }
  }
  throw disagrees('The log has a published head, and no leaf.')
}

export type LevellingHeads = {
  store: EventStore
  clock: () => number
  files: LogFiles
  ledgerId: string
  /** Heads of this log, each once, smallest first; none where only the state is left. */
  heads: readonly PublishedHead[]
  keys: readonly string[]
  covered: bigint
}

const append = async ({ store, clock }: LevellingHeads, heads: readonly SignedHead[]): Promise<void> =>
  decideAndAppend({
    store,
    clock,
    aggregate: treeHeadsAggregate,
    act: { actId: randomUUID(), writer },
    decide: (sofar) => heads.flatMap((head) => decideHead(sofar, head)),
    conclude: () => undefined,
  })

/** The head that was signed last, as far as the store knows. Errors: LOG_DISAGREES unless it is one of this log. */
export const newestInStore = async (store: EventStore, log: PublishedLog, covered: bigint, keys: readonly string[]): Promise<bigint> => {
  const { last } = await fold(store, treeHeadsAggregate)
  await demandOfLog(last, log, covered, keys.map(parseVkey))
  return last?.size ?? 0n
}

/**
 * Durable on return; safe to repeat. Each head that is larger than the last of the store is appended, verbatim.
 * Errors: LOG_DISAGREES (two heads of one size; a head of the store that is not of this log; a log older than the store), those of store and files.
 */
export const levelHeads = async (order: LevellingHeads): Promise<void> => {
  const { store, files, ledgerId, heads, keys, covered } = order
  const verifiers = keys.map(parseVkey)
  const log = new PublishedLog(files, () => keys)
  await newestInStore(store, log, covered, keys)
  const signed = heads.map((head) => apart(head, verifiers))
  // A crash between two of these leaves the smaller heads; the same call goes on behind them.
  for (let n = 0; n < signed.length; n += atOnce) await append(order, signed.slice(n, n + atOnce))
  const [state, newest] = [await readState(files), heads.at(-1)]
  const whole = state !== null && state.size >= covered
  if (!whole && newest?.size !== covered) throw disagrees('The log has neither a head nor a state over its newest leaf.')
  const kept = whole || newest === undefined ? state : await stateFrom(ledgerId, log, newest, verifiers)
  if (kept !== null) await files.replace(stateFile, formatState({ ...kept, place: null, treeHeadsRevision: -1n }))
}
