// What the double keeps, in memory: one log of every event by byte position, and its streams. The rules of appending are those of the recorded facts.
import { randomUUID } from 'node:crypto'
import { objectIn, type Retention, retentionOf, softDeleted, visibleFrom } from './retention.ts'

/** Byte offset in the log; commit and prepare are always the same. */
export type Position = bigint
export type Expected = bigint | 'any' | 'no_stream' | 'stream_exists'
export type ProposedEvent = { id: string; type: string; isJson: boolean; data: Uint8Array; metadata: Uint8Array }
/** `created`: epoch milliseconds. */
export type Stored = ProposedEvent & { stream: string; revision: bigint; position: Position; created: number }
/** `current`: the stream's last revision, -1 if it has none. `revision`, `position`: of the last event of the append, or of its first time. */
export type Appended =
  | { kind: 'success'; revision: bigint; position: Position }
  | { kind: 'wrong-version'; current: bigint }
  | { kind: 'deleted' }
export type StreamState = { kind: 'none' } | { kind: 'deleted' } | { kind: 'events'; events: readonly Stored[]; from: bigint }

/** The revision of a tombstone, and the `$tb` of a soft delete: .NET's long.MaxValue. */
export const lastRevisionOfAll = 9_223_372_036_854_775_807n
const revisionOfNoStream = -1n
/** What a record takes in the log beside its names and bytes: about what the real one takes, so that positions have gaps. */
const recordOverhead = 105
const sizeOfBeginning = 546

const json = (value: object | string): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const idKey = (id: string): string => id.toLowerCase()

export class Log {
  /** Every event in the order of positions, system events too. */
  readonly all: Stored[] = []
  readonly #streams = new Map<string, Stored[]>()
  readonly #tombstones = new Set<string>()
  readonly #places = new Map<Position, number>()
  /** Last stream and revision of each id: what the server remembers of ids, lost when it restarts. */
  #known = new Map<string, { stream: string; revision: bigint }>()
  #end: Position = 0n
  #listeners = new Set<() => void>()

  /** A new server has written of its own before anybody writes: the first position is not 0, and $all begins with a system event. */
  begin(): void {
    this.#advance(sizeOfBeginning)
    const data = json({ $maxAge: 2_592_000 })
    this.#record('$$$scavenges', 0n, { id: randomUUID(), type: '$metadata', isJson: true, data, metadata: json('') })
  }

  /** Called after each record. Answers how to stop being called. */
  onRecord(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What is kept in memory only by a real server is forgotten: which ids it saw lately. */
  restarted(): void {
    this.#known = new Map()
  }

  lastRevision(stream: string): bigint {
    return this.#streams.get(stream)?.at(-1)?.revision ?? revisionOfNoStream
  }

  /** Index in `all` of the event at a position; the end for a position past the last event's, undefined for one between events. */
  placeOf(position: Position): number | undefined {
    return position > (this.all.at(-1)?.position ?? 0n) ? this.all.length : this.#places.get(position)
  }

  retention(stream: string): Retention {
    return retentionOf(stream, this.#streams.get(`$$${stream}`)?.at(-1))
  }

  /** Data of a stream's last event, {} if there is none. */
  lastJson(stream: string): Record<string, unknown> {
    return objectIn(this.#streams.get(stream)?.at(-1))
  }

  /** What a reader of one stream is shown: events from revision `from` on. */
  stream(name: string): StreamState {
    if (this.#isTombstoned(name)) return { kind: 'deleted' }
    const events = this.#streams.get(name)
    const retention = this.retention(name)
    if (!events || softDeleted(retention)) return { kind: 'none' }
    return { kind: 'events', events, from: visibleFrom(retention, events) }
  }

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Appended {
    if (this.#isTombstoned(stream)) return { kind: 'deleted' }
    const decision = this.#check(stream, expected, events)
    if (decision !== 'append') return decision
    const current = this.lastRevision(stream)
    const undeleted = softDeleted(this.retention(stream))
    // An append of nothing still takes a record: its position is no event's.
    if (events.length === 0) return { kind: 'success', revision: current, position: this.#advance(recordOverhead + stream.length) }
    let last = current
    for (const event of events) this.#record(stream, (last += 1n), event)
    const position = this.#streams.get(stream)?.at(-1)?.position ?? 0n
    if (undeleted) this.#setTruncateBefore(stream, current + 1n)
    for (const listener of this.#listeners) listener()
    return { kind: 'success', revision: last, position }
  }

  /** Soft: hidden until the next append. Hard: a tombstone, for ever. */
  remove(stream: string, expected: Expected, how: 'soft' | 'hard'): Appended {
    if (this.#isTombstoned(stream)) return { kind: 'deleted' }
    const decision = this.#check(stream, expected, [{ id: randomUUID() }])
    if (decision !== 'append') return decision
    if (how === 'hard') {
      this.#tombstones.add(stream)
      this.#record(stream, lastRevisionOfAll, {
        id: randomUUID(),
        type: '$streamDeleted',
        isJson: false,
        data: json(''),
        metadata: json(''),
      })
    } else {
      if (this.lastRevision(stream) < 0n && this.lastRevision(`$$${stream}`) < 0n) return { kind: 'wrong-version', current: -1n }
      this.#setTruncateBefore(stream, lastRevisionOfAll)
    }
    for (const listener of this.#listeners) listener()
    return { kind: 'success', revision: this.lastRevision(stream), position: this.all.at(-1)?.position ?? 0n }
  }

  #isTombstoned(stream: string): boolean {
    return this.#tombstones.has(stream) || (stream.startsWith('$$') && this.#tombstones.has(stream.slice(2)))
  }

  #check(stream: string, expected: Expected, events: readonly { id: string }[]): Appended | 'append' {
    const current = this.lastRevision(stream)
    const wrong: Appended = { kind: 'wrong-version', current }
    if (expected === 'stream_exists') {
      if (softDeleted(this.retention(stream))) return { kind: 'deleted' }
      if (current < 0n && this.lastRevision(`$$${stream}`) < 0n) return wrong
    }
    if (expected === 'any' || expected === 'stream_exists') return this.#knownByIds(stream, events) ?? 'append'
    const after = expected === 'no_stream' ? -1n : expected
    if (after > current) return wrong
    if (after === current) return 'append'
    const again = this.#standingAfter(stream, after, events)
    if (again === 'not-one' && expected === 'no_stream' && softDeleted(this.retention(stream))) return 'append'
    return typeof again === 'string' ? wrong : again
  }

  /** With any revision: known if all ids are; unknown if the first is not; wrong in between. */
  #knownByIds(stream: string, events: readonly { id: string }[]): Appended | undefined {
    let last: bigint | undefined
    for (const { id } of events) {
      const known = this.#known.get(idKey(id))
      if (known?.stream !== stream) return last === undefined ? undefined : { kind: 'wrong-version', current: this.lastRevision(stream) }
      last = known.revision
    }
    return last === undefined ? undefined : this.#firstTime(stream, last)
  }

  /** With an old revision: known if exactly these ids stand after it. Their data is not looked at. */
  #standingAfter(stream: string, after: bigint, events: readonly { id: string }[]): Appended | 'not-one' | 'not-all' {
    const standing = this.#streams.get(stream) ?? []
    let revision = after
    for (const { id } of events) {
      const place = Number((revision += 1n))
      if (standing[place]?.id !== idKey(id)) return revision === after + 1n ? 'not-one' : 'not-all'
    }
    return events.length === 0 ? 'not-all' : this.#firstTime(stream, revision)
  }

  #firstTime(stream: string, revision: bigint): Appended {
    return { kind: 'success', revision, position: this.#streams.get(stream)?.[Number(revision)]?.position ?? 0n }
  }

  #setTruncateBefore(stream: string, before: bigint): void {
    // A soft delete replaces the metadata, an undelete keeps it. By hand, because the number is too big for JSON.stringify.
    const kept = before === lastRevisionOfAll ? {} : this.retention(stream).raw
    const rest = JSON.stringify({ ...kept, $tb: 0 }).replace('"$tb":0', `"$tb":${before}`)
    const metastream = `$$${stream}`
    const event = { id: randomUUID(), type: '$metadata', isJson: true, data: json(rest), metadata: json('') }
    this.#record(metastream, this.lastRevision(metastream) + 1n, event)
  }

  #record(stream: string, revision: bigint, proposed: ProposedEvent): void {
    const size =
      recordOverhead + Buffer.byteLength(stream) + Buffer.byteLength(proposed.type) + proposed.data.length + proposed.metadata.length
    const position = this.#advance(size)
    const event: Stored = { ...proposed, id: idKey(proposed.id), stream, revision, position, created: Date.now() }
    this.#places.set(position, this.all.push(event) - 1)
    this.#known.set(event.id, { stream, revision })
    if (revision === lastRevisionOfAll) return
    const events = this.#streams.get(stream)
    if (events) events.push(event)
    else this.#streams.set(stream, [event])
  }

  #advance(size: number): Position {
    const position = this.#end
    this.#end += BigInt(size)
    return position
  }
}
