// The latest verdict on each key, and how far each partition was read, in one file and one transaction: a crash loses neither or both.
import Database from 'better-sqlite3'
import type { Read, Told } from './record.ts'

/** What was read of one partition: `next` is the offset to go on from. */
export type Batch = { partition: number; next: bigint; records: readonly Read[] }
/** `applied`: newer than what was there. `repeats`: told before, or overtaken. */
export type Applied = { applied: number; repeats: number }
/** `asOf`: the oldest of what the partitions last said, epoch ms; null where one has said nothing in the newest epoch. */
export type Freshness = { asOf: number | null; epoch: bigint | null }
export type Verdict = { allowed: boolean; reason: string; until: number | null }

const tables = `
  create table if not exists verdicts (
    key text primary key, partition integer not null, subject text not null, purpose text not null, channel text not null, allowed integer not null, reason text not null,
    until integer, revision integer not null, effective_at integer not null, epoch integer not null
  ) strict, without rowid;
  create index if not exists by_subject on verdicts (subject, purpose, channel);
  create table if not exists partitions (id integer primary key, next integer not null, epoch integer, as_of integer, read_at integer not null) strict;
`

type Row = { revision: bigint; effective_at: bigint; epoch: bigint }

export class State {
  readonly #file: Database.Database
  readonly #applyAll: (batch: Batch, now: number) => Applied

  /** Opens the file, making it if it is not there. */
  constructor(path: string) {
    this.#file = new Database(path)
    this.#file.pragma('journal_mode = WAL')
    this.#file.exec(tables)
    this.#file.defaultSafeIntegers(true)
    this.#applyAll = this.#file.transaction((batch: Batch, now: number) => this.#apply(batch, now))
  }

  /** Applies what was read at `now` (epoch ms) and notes how far; durable on return. */
  apply(batch: Batch, now: number): Applied {
    return this.#applyAll(batch, now)
  }

  #apply({ partition, next, records }: Batch, now: number): Applied {
    const counts = { applied: 0, repeats: 0 }
    for (const record of records) {
      if (record.kind === 'change') counts[this.#tell(partition, record.told) ? 'applied' : 'repeats']++
      if (record.kind === 'tombstone') this.#end(record)
      // Only a heartbeat vouches for what lies before it: behind a change there may be others of the same moment.
      if (record.kind === 'heartbeat') this.#hear(partition, record)
    }
    this.#file
      .prepare(
        'insert into partitions (id, next, read_at) values (?, ?, ?) on conflict (id) do update set next = excluded.next, read_at = excluded.read_at',
      )
      .run(partition, next, now)
    return counts
  }

  /** Newer is a later epoch; in one epoch a higher revision, or the same and a later `effectiveAt`. Everything else was overtaken. */
  #tell(partition: number, told: Told): boolean {
    const there = this.#file.prepare<[string], Row>('select revision, effective_at, epoch from verdicts where key = ?').get(told.key)
    const newer =
      there === undefined ||
      told.epoch > there.epoch ||
      (told.epoch === there.epoch &&
        (told.revision > there.revision || (told.revision === there.revision && BigInt(told.effectiveAt) > there.effective_at)))
    if (!newer) return false
    this.#file
      .prepare(
        `insert into verdicts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do update set allowed = excluded.allowed, reason = excluded.reason,
         until = excluded.until, revision = excluded.revision, effective_at = excluded.effective_at, epoch = excluded.epoch`,
      )
      .run(
        told.key,
        partition,
        told.subjectId,
        told.purpose,
        told.channel,
        told.allowed ? 1 : 0,
        told.reason,
        told.until,
        told.revision,
        told.effectiveAt,
        told.epoch,
      )
    return true
  }

  /** The row stays, as a no: a yes of before that is told once more must find something newer than itself. */
  #end({ key, revision, effectiveAt }: { key: string; revision: bigint; effectiveAt: number }): void {
    this.#file
      .prepare('update verdicts set allowed = 0, revision = max(revision, ?), effective_at = max(effective_at, ?) where key = ?')
      .run(revision, effectiveAt, key)
  }

  #hear(partition: number, { epoch, asOf }: { epoch: bigint; asOf: number | null }): void {
    this.#file
      .prepare(
        `update partitions set
         as_of = case when epoch is null or @epoch > epoch then @asOf when @epoch = epoch then max(coalesce(as_of, 0), coalesce(@asOf, 0)) else as_of end,
         epoch = max(coalesce(epoch, 0), @epoch) where id = @partition`,
      )
      .run({ partition, epoch, asOf })
  }

  /** Offsets to go on from, and when a record was last read (epoch ms), by partition. */
  places(): Map<number, { next: bigint; readAt: number }> {
    const rows = this.#file.prepare<[], { id: bigint; next: bigint; read_at: bigint }>('select id, next, read_at from partitions').all()
    return new Map(rows.map(({ id, next, read_at }) => [Number(id), { next, readAt: Number(read_at) }]))
  }

  /** Begins to follow a partition from the offset `next`, unless it is followed already. */
  begin(partition: number, next: bigint, now: number): void {
    this.#file.prepare('insert into partitions (id, next, read_at) values (?, ?, ?) on conflict (id) do nothing').run(partition, next, now)
  }

  /** Forgets a partition and all it told, to read it from the offset `next` again: what was told since may be gone from the topic, the end of a key too. */
  beginAnew(partition: number, next: bigint, now: number): void {
    this.#file.transaction(() => {
      this.#file.prepare('delete from verdicts where partition = ?').run(partition)
      this.#file.prepare('delete from partitions where id = ?').run(partition)
      this.begin(partition, next, now)
    })()
  }

  freshness(): Freshness {
    const rows = this.#file.prepare<[], { epoch: bigint | null; as_of: bigint | null }>('select epoch, as_of from partitions').all()
    const epoch = rows.reduce<bigint | null>(
      (newest, row) => (row.epoch !== null && (newest === null || row.epoch > newest) ? row.epoch : newest),
      null,
    )
    const times = rows.filter((row) => row.epoch === epoch && row.as_of !== null).map((row) => Number(row.as_of))
    return { epoch, asOf: times.length === rows.length && rows.length > 0 ? Math.min(...times) : null }
  }

  /** Whether the feed has told of anybody for a purpose by a channel, in the newest epoch: else its name may be misspelt. */
  tellsOf(purpose: string, channel: string, epoch: bigint): boolean {
    return (
      this.#file
        .prepare<[string, string, bigint], object>('select 1 from verdicts where purpose = ? and channel = ? and epoch = ? limit 1')
        .get(purpose, channel, epoch) !== undefined
    )
  }

  /** What is known of one subject, in the newest epoch; null: nothing, so no. */
  verdict(subjectId: string, purpose: string, channel: string, epoch: bigint): Verdict | null {
    const row = this.#file
      .prepare<[string, string, string, bigint], { allowed: bigint; reason: string; until: bigint | null }>(
        'select allowed, reason, until from verdicts where subject = ? and purpose = ? and channel = ? and epoch = ?',
      )
      .get(subjectId, purpose, channel, epoch)
    return row === undefined
      ? null
      : { allowed: row.allowed === 1n, reason: row.reason, until: row.until === null ? null : Number(row.until) }
  }

  close(): void {
    this.#file.close()
  }
}
