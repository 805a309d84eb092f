// Whether this machine's clock agrees with what was recorded, and with the witnesses' clocks, which are not ours.
import { ledgerStream, treeHeadsStream, type RecordedEvent } from '@consent-ledger/domain'
import type { StreamReader } from '@consent-ledger/eventstore'
import { lastRevisionOf } from '@consent-ledger/logfiles'
import { parseNote } from '@consent-ledger/tlog'
import { unwell, well, type Finding } from './finding.ts'

/** The skew limit of the contract: what a site's clock may be off. A server's should be off by far less. */
const most = 5 * 60_000
/** Two clocks read one after the other, ms. */
const slack = 2000
/** C2SP cosignature/v1 behind the key's id: 8 bytes of POSIX seconds and a signature. */
const cosignatureSize = 72

const what = 'clock'
const setClock =
  'Set the clock of this machine (NTP): recordedAt is what a proof says of when. Times never go back in a history, so new events would all follow the wrong one.'

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`

/** POSIX seconds in a cosignature line; null for another signature. Not verified: it only tells a clock. */
const timeIn = (line: string): number | null => {
  const [stated] = parseNote(`x\n\n${line.endsWith('\n') ? line : `${line}\n`}`).signatures
  if (stated?.signature.length !== cosignatureSize) return null
  return Number(new DataView(stated.signature.buffer, stated.signature.byteOffset).getBigUint64(0))
}

const recordedAt = ({ metadata }: RecordedEvent): number => Date.parse(metadata.recordedAt)

/** The last event of a stream. Positions are not asked for: those of EventStoreDB cannot be counted back from. */
const lastOf = async (store: StreamReader, stream: string): Promise<RecordedEvent | undefined> => {
  const revision = await lastRevisionOf(store, stream)
  return revision < 0n ? undefined : (await store.readStream(stream, { after: revision - 1n, limit: 1 }))[0]
}

/** How far a witness's clock was from ours when the newest head was cosigned, ms. */
const apartFromWitness = (event: RecordedEvent | undefined): number | null => {
  const lines: unknown = event?.type === 'TreeHeadCosigned' ? event.data['signatures'] : []
  if (event === undefined || !Array.isArray(lines)) return null
  const times = lines.flatMap((line) => (typeof line === 'string' ? (timeIn(line) ?? []) : []))
  const [first] = times
  return first === undefined ? null : recordedAt(event) - first * 1000
}

/** `now`: epoch ms. The newest event is that of the heads, of which one follows each act within a second; in a ledger without a log, that of its own stream. */
export const lookAtClock = async (store: StreamReader, now: number): Promise<Finding> => {
  const head = await lastOf(store, treeHeadsStream)
  const last = head ?? (await lastOf(store, ledgerStream))
  if (last !== undefined && recordedAt(last) > now + slack)
    return unwell(what, `It is ${minutes(recordedAt(last) - now)} behind the newest event.`, setClock)
  const apart = apartFromWitness(head)
  if (apart !== null && Math.abs(apart) > most)
    return unwell(what, `It was ${minutes(Math.abs(apart))} from a witness's clock at the newest head.`, setClock)
  return well(
    what,
    apart === null ? 'not behind the newest event; no witness to compare it with' : `within ${minutes(most)} of a witness's clock`,
  )
}
