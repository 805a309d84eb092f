// The sequencer's own note of how far it came, `state.json`: what a start compares with tiles, signed heads and the event store.
import { hash } from 'node:crypto'
import { canonicalJson, LedgerError } from '@consent-ledger/domain'
import type { LogReader } from './port.ts'

export const stateFile = 'state.json'

/**
 * Written when the tiles of `size` are durable, before the head of that size is signed. `vkey`: of the key that signs that head. `root`: base64. `last`: the newest leaf.
 * `place`: where the store of that kind holds the newest leaf, so that nothing before it need be read again; null: the store is held against the log from its start.
 * `treeHeadsRevision`: the end of the stream `tree-heads` at that moment, from which a start reads on; -1 reads all of it.
 */
export type LogState = {
  ledgerId: string
  origin: string
  vkey: string
  size: bigint
  root: string
  last: { stream: string; revision: bigint; id: string }
  place: { store: string; position: bigint } | null
  treeHeadsRevision: bigint
}

const plain = ({ size, last, place, treeHeadsRevision, ...rest }: LogState) => ({
  v: 1,
  ...rest,
  size: size.toString(),
  last: { ...last, revision: last.revision.toString() },
  place: place === null ? null : { ...place, position: place.position.toString() },
  treeHeadsRevision: treeHeadsRevision.toString(),
})

const checkOf = (value: ReturnType<typeof plain>): string => hash('sha256', canonicalJson(value))

/** The bytes of `state.json`; `check`, SHA-256 of the rest, makes every flipped bit of it known. */
export const formatState = (state: LogState): Uint8Array => {
  const value = plain(state)
  return Buffer.from(`${canonicalJson({ ...value, check: checkOf(value) })}\n`, 'utf8')
}

type Stored = ReturnType<typeof plain> & { check: string }

/** Errors: LOG_DISAGREES if these are not the bytes that were once written. */
export const parseState = (bytes: Uint8Array): LogState => {
  try {
    const { v, check: _, size, last, place, treeHeadsRevision, ...rest } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Stored
    if (v !== 1) throw new TypeError('another format')
    const state: LogState = {
      ...rest,
      size: BigInt(size),
      last: { ...last, revision: BigInt(last.revision) },
      place: place === null ? null : { ...place, position: BigInt(place.position) },
      treeHeadsRevision: BigInt(treeHeadsRevision),
    }
    // The same bytes again: nothing was changed, added or left out.
    if (!Buffer.from(bytes).equals(formatState(state))) throw new TypeError('other bytes')
    return state
  } catch (cause) {
    const remedy = 'Bring it back from the newest copy of the log directory, or let `ledger log rebuild` make it again'
    throw new LedgerError('LOG_DISAGREES', `${stateFile} is damaged: it does not match its own checksum. ${remedy}`, { cause })
  }
}

/** Null if there is none. Errors: LOG_DISAGREES, those of the files. */
export const readState = async (files: LogReader): Promise<LogState | null> => {
  const bytes = await files.read(stateFile)
  return bytes === null ? null : parseState(bytes)
}
