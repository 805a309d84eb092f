// The log copied from one place to another while it grows: its open end as it is at one moment, everything behind that, then state and head.
import { LedgerError } from '@consent-ledger/domain'
import { parseState, readState, stateFile, type LogFiles, type LogReader, type NewFile } from '@consent-ledger/logfiles'
import { entriesPath, newTiles, parseNote, parseTreeHead, tilePath, tilesOf, tileWidth } from '@consent-ledger/tlog'

/** Files handed over at once: their syncs overlap. */
const atOnce = 64
/** Tries to catch the open end: its files go two heads later, half a second at least, and are read in some milliseconds. */
const mostTries = 10

const missing = (path: string): LedgerError =>
  new LedgerError('LOG_DISAGREES', `The log lacks ${path}, though its head covers it. \`ledger log fsck\` says what else it lacks.`)

/** Names of the partial tiles and of the partial bundle of the tree of `size`. */
const openEnd = (size: bigint): string[] =>
  tilesOf(size).flatMap(({ level, full: index, partial: width }) => {
    if (width === 0) return []
    return [tilePath({ level, index, width }), ...(level === 0 ? [entriesPath({ index, width })] : [])]
  })

/** Names of what is full in the tree of `covered` and was not in the tree of `since`: nobody takes it away any more. */
function* fullFiles(since: bigint, covered: bigint): Generator<string, void, undefined> {
  const bundles = covered / BigInt(tileWidth)
  for (let index = since / BigInt(tileWidth); index < bundles; index++) yield entriesPath({ index, width: tileWidth })
  for (const tile of newTiles(since, covered)) if (tile.width === tileWidth) yield tilePath(tile)
}

/** The log at one moment. `covered`: leaves whose files are there; those of the state, which is written behind them, or else those of the head. */
type Moment = { checkpoint: Uint8Array | null; state: Uint8Array | null; covered: bigint; open: NewFile[] }

const publishedSize = (checkpoint: Uint8Array | null): bigint =>
  checkpoint === null ? 0n : parseTreeHead(parseNote(Buffer.from(checkpoint).toString('utf8')).text).size

/** Null if a file of the open end went between two reads. The head is read before the state, which is never behind it. */
const look = async (from: LogReader): Promise<Moment | { lacking: string }> => {
  const [checkpoint, state] = [await from.read('checkpoint'), await from.read(stateFile)]
  const published = publishedSize(checkpoint)
  const sealed = state === null ? 0n : parseState(state).size
  const covered = sealed > published ? sealed : published
  const open: NewFile[] = []
  for (const path of new Set([...openEnd(published), ...openEnd(covered)])) {
    const bytes = await from.read(path)
    if (bytes === null) return { lacking: path }
    open.push({ path, bytes })
  }
  return { checkpoint, state, covered, open }
}

const momentOf = async (from: LogReader): Promise<Moment> => {
  for (let tries = 1; ; tries++) {
    const seen = await look(from)
    if ('covered' in seen) return seen
    if (tries === mostTries) throw missing(seen.lacking)
  }
}

const read = async (from: LogReader, path: string): Promise<NewFile> => {
  const bytes = await from.read(path)
  if (bytes === null) throw missing(path)
  return { path, bytes }
}

/** A state is never put back: what it covers may have been signed. */
const demandNoneBeyond = async (to: LogReader, covered: bigint): Promise<void> => {
  const there = (await readState(to))?.size ?? 0n
  if (there <= covered) return
  throw new LedgerError(
    'LOG_DISAGREES',
    `The log that would be overwritten has ${there} leaves, and the copy ${covered}: nothing was changed.`,
  )
}

export type LogCopying = {
  /** A log that was verified. */
  from: LogReader
  to: LogFiles
  /** How many leaves an earlier call copied. */
  since?: bigint
  /** Hears how many files were copied. */
  onProgress?: (files: number) => void
}

/**
 * Copies the log as it is at one moment, while a sequencer may go on with it: the published tree, and what is sealed beyond it. Answers with how many leaves that
 * is; durable on return. State and head are copied last: a crash before leaves files that nobody is told of.
 * Errors: LOG_DISAGREES (a file is missing, the target has other bytes under its name or reaches further), STORE_UNAVAILABLE.
 */
export const copyLog = async ({ from, to, since = 0n, onProgress = () => {} }: LogCopying): Promise<bigint> => {
  const { checkpoint, state, covered, open } = await momentOf(from)
  await demandNoneBeyond(to, covered)
  let [waiting, files]: [NewFile[], number] = [open, 0]
  const hand = async (): Promise<void> => {
    await to.create(waiting)
    onProgress((files += waiting.length))
    waiting = []
  }
  for (const path of fullFiles(since, covered)) {
    waiting.push(await read(from, path))
    if (waiting.length >= atOnce) await hand()
  }
  if (waiting.length > 0) await hand()
  if (state !== null) await to.replace(stateFile, state)
  if (checkpoint !== null) await to.replace('checkpoint', checkpoint)
  return covered
}
