// The start: state, tiles, signed heads, the published head and the event store are compared. What is behind is brought level, any disagreement stops it (DESIGN §6).
import { LedgerError, leafBytes, treeHeadsStream, type RecordedEvent, type SignedHead } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { readState, stateFile, type LogState } from '@consent-ledger/logfiles'
import { openTreeHead, parseVkey, sameBytes, TlogError, treeRoot, type TreeHead } from '@consent-ledger/tlog'
import { demandWitnessed } from './cosigning.ts'
import { readHeads, type End } from './heads.ts'
import { demandOrigin, namedKeys, nameFirst, nameNext } from './logKey.ts'
import { demandEmpty, demandTiles, lastEntry } from './openEnd.ts'
import { demandMark, demandNoMark } from './mark.ts'
import type { OpenLog, SealingDeps } from './openLog.ts'
import { behindTheLog, holdAgainstLog } from './otherStore.ts'
import { Partials } from './partials.ts'
import { RightEdge } from './rightEdge.ts'
import { checkpointFile, cosignAndPublish, handOver, keepMark, keepState, signAndPublish } from './seal.ts'
import { markFile } from './signingKeys.ts'
import { disagrees, hashReader } from './tileFiles.ts'
import { keyAfter, Unsealed } from './unsealed.ts'

const isConflict = (error: unknown): boolean => error instanceof LedgerError && error.code === 'WRONG_EXPECTED_REVISION'

/** Times that an append of an earlier try may come to stand between a look and the next append. */
const mostTries = 5

/**
 * The log, level with its own files and ready for the next batch. Reads in proportion to the height of the tree, unless the store is another one than the last time.
 * Errors: LOG_DISAGREES (what and where), DATA_ROLLED_BACK (the store is behind the log), DATA_FOREIGN, DATA_LOCKED, SIGNING_KEY_WRONG, those of store and files.
 */
export const takeUp = async (deps: SealingDeps): Promise<OpenLog> => {
  for (let tries = 1; ; tries++) {
    try {
      return await compare(deps)
    } catch (error) {
      if (!isConflict(error)) throw error
      if (tries === mostTries) throw anotherSequencer(error)
    }
  }
}

export const anotherSequencer = (cause: unknown): LedgerError => {
  const why = cause instanceof LedgerError && cause.code === 'LOG_DISAGREES' ? `. ${cause.message}` : ''
  return new LedgerError('DATA_LOCKED', `Another sequencer writes the log of this ledger: only one may run. This one stops${why}`, {
    cause,
  })
}

// Nothing is written before everything was compared: an event more in a store that was rolled back would stand where another is sealed.
const compare = async (deps: SealingDeps): Promise<OpenLog> => {
  const state = await readState(deps.files)
  const log = state === null ? await begin(deps) : await goOn(deps, state)
  await nameNext(deps, log.signer.name)
  return log
}

const begin = async (deps: SealingDeps): Promise<OpenLog> => {
  const { store, files, settle = false } = deps
  await demandEmpty(deps)
  demandNoMark(deps)
  const signer = await nameFirst(deps)
  await demandWitnessed(deps, { origin: signer.name, size: 0n, vkeys: await namedKeys(store) })
  await files.setApart(0n)
  return {
    edge: await RightEdge.open(files, 0n),
    source: new Unsealed({ store, after: beginning, settle }),
    partials: new Partials(0n),
    signer,
    end: { revision: beginning, recordedAt: Number.NEGATIVE_INFINITY },
    state: null,
    published: 0n,
  }
}

const goOn = async (deps: SealingDeps, state: LogState): Promise<OpenLog> => {
  const { store, files, keys, settle = false } = deps
  await demandTiles(deps, state)
  const last = await lastInStore(deps, state)
  const vkeys = await demandKeys(deps, state)
  const { head, end } = await headOf(deps, vkeys, state)
  const published = await publishedSize(deps, vkeys, state, head)
  const mark = await demandMark(deps, vkeys, state)
  await demandWitnessed(deps, { origin: state.origin, size: state.size, vkeys })
  const { place } = state
  const known = place !== null && place.store === deps.kind && place.position === last.position
  const from = known ? { after: last.position } : await holdAgainstLog(files, store, state.size)
  const log: OpenLog = {
    edge: await RightEdge.open(files, state.size),
    source: new Unsealed({ store, settle, ...from }),
    partials: new Partials(published),
    signer: keys.named((published === state.size ? keyAfter(last) : null) ?? state.vkey),
    end,
    state,
    published,
  }
  if (!known && from.after === last.position) await keepState(deps, log, { ...state, place: { store: deps.kind, position: last.position } })
  // Nobody was told of what a batch that was cut short left beyond the state; the store may say otherwise by now. A crash here leaves some of it.
  await files.setApart(state.size)
  if (mark === null && published > 0n)
    deps.log.warn({ size: state.size.toString() }, `${markFile} is missing in the key directory, and is made anew`)
  await bringLevel(deps, log, state, head)
  // Of a key directory that was put back.
  if (head !== null && (mark ?? 0n) < state.size) keepMark(deps, head)
  handOver(deps, log, last)
  return log
}

/** Behind is no disagreement: a crash between two steps of a seal. */
const bringLevel = async (deps: SealingDeps, log: OpenLog, state: LogState, head: SignedHead | null): Promise<void> => {
  if (head === null) return signAndPublish(deps, log, state)
  if (log.published < state.size) await cosignAndPublish(deps, log, head)
}

/** The vkeys of the log, by the ledger. */
const demandKeys = async ({ store, origin }: SealingDeps, state: LogState): Promise<string[]> => {
  const vkeys = await namedKeys(store)
  if (!vkeys.includes(state.vkey)) throw disagrees(`${stateFile} names a key of the log that the ledger does not`)
  demandOrigin(origin, state.vkey)
  return vkeys
}

/** The newest leaf as the store has it. */
const lastInStore = async (deps: SealingDeps, { ledgerId, size, last }: LogState): Promise<RecordedEvent> => {
  if (ledgerId !== deps.ledgerId) throw new LedgerError('DATA_FOREIGN', 'The log directory belongs to another ledger than the event store')
  const [event] = await deps.store.readStream(last.stream, { after: last.revision - 1n, limit: 1 })
  if (event === undefined) throw behindTheLog(last.stream, last.revision)
  if (sameBytes(leafBytes(event), await lastEntry(deps.files, size))) return event
  throw disagrees(`Revision ${last.revision} of ${last.stream} in the event store is not the event that was sealed as leaf ${size - 1n}`)
}

/** The head of the state, if it is signed already. A store that ends before the state's mark has lost heads; one that goes beyond it was written by somebody else. */
const headOf = async (
  { store }: SealingDeps,
  vkeys: readonly string[],
  state: LogState,
): Promise<{ head: SignedHead | null; end: End }> => {
  const mark = state.treeHeadsRevision
  const { head, end } = await readHeads(store, mark < 0n ? 0n : mark)
  if (end.revision < mark) throw behindTheLog(treeHeadsStream, end.revision + 1n)
  if (head === null || head.size < state.size) return { head: null, end }
  const { size, root } = opened(vkeys, head.note, `The last head in ${treeHeadsStream}`)
  if (size > state.size)
    throw disagrees(
      `${treeHeadsStream} has a head of ${size} leaves, but ${stateFile} ends at ${state.size}: the log directory is older than what was signed`,
    )
  if (Buffer.from(root).toString('base64') !== state.root)
    throw disagrees(`The head of ${size} leaves in ${treeHeadsStream} has another root than ${stateFile}`)
  return { head, end }
}

const opened = (vkeys: readonly string[], note: string, what: string): TreeHead => {
  try {
    return openTreeHead(note, vkeys.map(parseVkey)).head
  } catch (cause) {
    throw cause instanceof TlogError ? disagrees(`${what} is not one of this log: ${cause.message}`, cause) : cause
  }
}

/** Size of the published head, which must be one of this very tree; 0 if there is none. */
const publishedSize = async (deps: SealingDeps, vkeys: readonly string[], state: LogState, head: SignedHead | null): Promise<bigint> => {
  const bytes = await deps.files.read(checkpointFile)
  if (bytes === null) return 0n
  const { size, root } = opened(vkeys, Buffer.from(bytes).toString('utf8'), `The published ${checkpointFile}`)
  if (size > state.size || (size === state.size && head === null))
    throw disagrees(`A head of ${size} leaves is published, but ${stateFile} and ${treeHeadsStream} end before it`)
  if (!sameBytes(root, await treeRoot(hashReader(deps.files), size)))
    throw disagrees(`The published head of ${size} leaves has another root than the tiles`)
  return size
}
