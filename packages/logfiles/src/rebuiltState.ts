// The state of a log made anew from its leaves, where it was lost or damaged: a start then holds the event store against the whole log once.
import { ledgerEvents, LedgerError, ledgerStream } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { sameBytes, type TreeHead, type Verifier } from '@consent-ledger/tlog'
import { demanding } from './fsck/difference.ts'
import type { Leaf, Watcher } from './fsck/watcher.ts'
import { readThrough } from './fsck/pass.ts'
import type { LogReader } from './port.ts'
import { disagrees, FileFault } from './reading.ts'
import { readState, type LogState } from './state.ts'

/** Remembers what of the leaves stands in the state. */
export class StateWatcher implements Watcher {
  #ledgerId: string | null = null
  #last: Leaf | null = null

  see(leaf: Leaf): undefined {
    this.#last = leaf
    if (leaf.place?.stream !== ledgerStream || leaf.place.type !== 'LedgerCreated') return
    this.#ledgerId = demanding('LEAF_WRONG', `leaf ${leaf.index}`, `Leaf ${leaf.index} does not name the ledger as it should`, () =>
      ledgerIdIn(leaf.entry),
    )
  }

  /** The state as it was when this head was about to be signed. Errors: LOG_DISAGREES if the leaves do not say of which ledger they are. */
  state({ origin, size, root }: TreeHead, signing: Verifier): LogState {
    const last = this.#last
    if (this.#ledgerId === null || last?.place === null || last?.place === undefined)
      throw disagrees('The leaves of this log do not say of which ledger they are')
    const { stream, revision } = last.place
    return {
      ledgerId: this.#ledgerId,
      origin,
      vkey: signing.vkey,
      size,
      root: Buffer.from(root).toString('base64'),
      last: { stream, revision, id: String(parsed(last.entry).id) },
      place: null,
      treeHeadsRevision: beginning,
    }
  }
}

const parsed = (entry: Uint8Array): { id?: unknown; data?: unknown } => {
  const value: { id?: unknown; data?: unknown } = JSON.parse(Buffer.from(entry).toString('utf8'))
  return value
}

const ledgerIdIn = (entry: Uint8Array): string => ledgerEvents.LedgerCreated.parse(parsed(entry).data).ledgerId

/** The state as it lies there; null if there is none, or none that is whole. Errors: those of the files. */
export const wholeState = async (files: LogReader): Promise<LogState | null> => {
  try {
    return await readState(files)
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'LOG_DISAGREES') return null
    throw error
  }
}

/** Whether the entries reach the end of this state and give its root. Errors: those of the files. */
export const entriesReach = async (files: LogReader, { size, root }: LogState): Promise<boolean> => {
  try {
    return sameBytes(await readThrough({ files, watchers: [] }, size), Buffer.from(root, 'base64'))
  } catch (error) {
    if (error instanceof FileFault) return false
    throw error
  }
}

/** Whether a state is of this very head. */
export const isStateOf = (state: LogState | null, { size, root }: TreeHead): boolean =>
  state !== null && state.size === size && sameBytes(Buffer.from(state.root, 'base64'), root)
