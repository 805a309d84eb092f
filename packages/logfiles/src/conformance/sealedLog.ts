// A log in memory that is sealed when a test says so: what the sequencer does, at once and without a crash. For the tests of whoever reads a log.
import { randomUUID } from 'node:crypto'
import { isSealed, iso, leafBytes, treeHeadsStream, type Ledger, type LedgerFact, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import {
  encodeEntries,
  entriesPath,
  formatTreeHead,
  Frontier,
  generateKey,
  hashSize,
  leafHash,
  newTiles,
  parseSkey,
  parseVkey,
  signNote,
  tilePath,
  tileRoot,
  tileWidth,
  type Signer,
  type Verifier,
} from '@consent-ledger/tlog'
import { lastRevisionOf } from '../revisionSearch.ts'
import { MemoryLogFiles } from '../memory.ts'
import { PublishedLog } from '../publishedLog.ts'

const writer = { kind: 'system', id: 'sequencer', trust: 'system' } as const

export class SealedLog {
  readonly files = new MemoryLogFiles()
  readonly origin = 'ledger.example.org'
  /** Signs the next head. */
  key: Signer = parseSkey(generateKey(this.origin).skey)
  readonly statementKey: Signer = parseSkey(generateKey(`${this.origin}/statements`).skey)
  readonly leaves: Uint8Array[] = []
  readonly #frontier = new Frontier()
  #position = beginning

  /** What a verifier accepts. */
  verifiers(): Verifier[] {
    return [parseVkey(this.key.vkey)]
  }

  /** The events by which the stream `ledger` names both keys. */
  introduced(): LedgerFact[] {
    return [
      { type: 'LogKeyIntroduced', data: { vkey: this.key.vkey } },
      { type: 'StatementKeyIntroduced', data: { vkey: this.statementKey.vkey } },
    ]
  }

  published(live: { ledger(): Ledger }): PublishedLog {
    return new PublishedLog(this.files, () => live.ledger().logKeys.map(({ vkey }) => vkey))
  }

  root(): Uint8Array {
    return this.#frontier.root()
  }

  /**
   * Seals what was recorded since the last time, signs one head and publishes it. Answers with the size of the tree.
   * `leaveOut`: events that a false log passes over.
   */
  async seal(store: EventStore, leaveOut: (event: RecordedEvent) => boolean = () => false): Promise<bigint> {
    const frontier = this.#frontier
    const before = frontier.size
    for (const leaf of await this.#recorded(store, leaveOut)) {
      this.leaves.push(leaf)
      frontier.append(leafHash(leaf))
    }
    if (frontier.size === before) return before
    await this.#write(before, frontier.size)
    const note = signNote(formatTreeHead({ origin: this.origin, size: frontier.size, root: frontier.root() }), this.key)
    const metadata = { schemaVersion: 1, recordedAt: iso(0), writer, actId: randomUUID() }
    const head = { id: randomUUID(), type: 'TreeHeadSigned', data: { size: frontier.size.toString(), note }, metadata }
    await store.append(treeHeadsStream, await lastRevisionOf(store, treeHeadsStream), [head])
    await this.files.replace('checkpoint', Buffer.from(note))
    return frontier.size
  }

  async #recorded(store: EventStore, leaveOut: (event: RecordedEvent) => boolean): Promise<Uint8Array[]> {
    const leaves: Uint8Array[] = []
    for (;;) {
      const events = await store.readAll({ after: this.#position, limit: 1000 })
      leaves.push(...events.filter((event) => isSealed(event.stream) && !leaveOut(event)).map((event) => leafBytes(event)))
      const last = events.at(-1)
      if (last === undefined) return leaves
      this.#position = last.position
    }
  }

  async #write(before: bigint, size: bigint): Promise<void> {
    const levels = [this.leaves.map((leaf) => leafHash(leaf))]
    const part = <T>(all: readonly T[], index: bigint, width: number): T[] =>
      all.slice(Number(index) * tileWidth, Number(index) * tileWidth + width)
    for (const { level, index, width } of newTiles(before, size)) {
      const hashes = (levels[level] ??= rootsOf(levels[level - 1] ?? []))
      await this.files.create([{ path: tilePath({ level, index, width }), bytes: Buffer.concat(part(hashes, index, width)) }])
      if (level > 0) continue
      await this.files.create([{ path: entriesPath({ index, width }), bytes: encodeEntries(part(this.leaves, index, width)) }])
    }
  }
}

/** Of each full tile. */
const rootsOf = (hashes: readonly Uint8Array[]): Uint8Array[] => {
  const full = Buffer.concat(hashes)
  const bytes = tileWidth * hashSize
  return Array.from({ length: Math.floor(full.length / bytes) }, (_, n) => tileRoot(full.subarray(n * bytes, (n + 1) * bytes)))
}
