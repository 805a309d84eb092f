// A small ledger and its log in memory, with the state beside it: what the tests of the reading side stand on.
import { randomUUID } from 'node:crypto'
import { iso, type JsonObject, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { SealedLog } from '../src/conformance/index.ts'
import { formatState, lastRevisionOf, PublishedLog, stateFile } from '../src/index.ts'

const ledgerId = '7d0d4f2e-8f0a-4e8e-9a53-0c8f5b0f6a11'
const writer = { kind: 'system', id: 'test', trust: 'system' } as const

const event = (type: string, data: JsonObject): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { schemaVersion: 1, recordedAt: iso(0), writer, actId: randomUUID() },
})

/** Of the newest leaf, as it stands in a state. */
const placeOf = (leaf: Uint8Array): { stream: string; revision: bigint; id: string } => {
  const { stream, revision, id } = JSON.parse(Buffer.from(leaf).toString()) as Record<'stream' | 'revision' | 'id', string>
  return { stream, revision: BigInt(revision), id }
}

export class LoggedLedger extends SealedLog {
  readonly store = new MemoryEventStore()

  get size(): bigint {
    return BigInt(this.leaves.length)
  }

  vkeys(): string[] {
    return [this.key.vkey]
  }

  reading(): PublishedLog {
    return new PublishedLog(this.files, () => this.vkeys())
  }

  /** A ledger whose stream `ledger` names the keys. */
  async begin(): Promise<void> {
    await this.record('ledger', 'LedgerCreated', { ledgerId, masterKeyCheck: 'a'.repeat(64) })
    for (const { type, data } of this.introduced()) await this.record('ledger', type, data)
  }

  async record(stream: string, type: string, data: JsonObject = {}): Promise<void> {
    await this.store.append(stream, await lastRevisionOf(this.store, stream), [event(type, data)])
  }

  /** So many events of one stream, in one append. */
  async recordMany(stream: string, count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, n) => event('ConsentGiven', { n }))
    await this.store.append(stream, await lastRevisionOf(this.store, stream), events)
  }

  /** Everything recorded so far goes into the log, under a head, with the state that the sequencer would leave. */
  async sealAll(leaveOut?: (event: RecordedEvent) => boolean): Promise<void> {
    const size = await this.seal(this.store, leaveOut)
    const last = placeOf(this.leaves.at(-1) ?? new Uint8Array(0))
    const named = { ledgerId, origin: this.origin, vkey: this.key.vkey, root: Buffer.from(this.root()).toString('base64') }
    await this.files.replace(stateFile, formatState({ ...named, size, last, place: null, treeHeadsRevision: beginning }))
  }
}

/** A log of more than two full tiles, in three heads: 3, 300 and 700 leaves. Four subjects. */
export const loggedLedger = async (): Promise<LoggedLedger> => {
  const log = new LoggedLedger()
  await log.begin()
  await log.sealAll()
  await log.recordMany('subject-0', 100)
  await log.recordMany('subject-1', 197)
  await log.sealAll()
  await log.recordMany('subject-0', 50)
  await log.recordMany('subject-2', 200)
  await log.recordMany('subject-3', 150)
  await log.sealAll()
  return log
}

/** Flips one bit of a file. */
export const flip = ({ files }: SealedLog, path: string, at: number): void => {
  const bytes = files.kept.get(path)
  if (bytes === undefined) throw new Error(`no ${path}`)
  const changed = Uint8Array.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  files.kept.set(path, changed)
}
