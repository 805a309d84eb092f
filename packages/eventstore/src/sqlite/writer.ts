// Writes waiting appends to the file: many of them, one transaction, one fsync. Runs on the writer thread.
import type { LedgerError } from '@consent-ledger/domain/errors'
import type { StoredEvent } from '../stored.ts'
import { faultOf, type Connection } from './connection.ts'

/** Revisions and positions are numbers on this side: safe integers by far. */
export type Request = { stream: string; expected: number; events: StoredEvent[] }

/**
 * What became of one request. `written`: the events are durable, from `position` on. `found`: the same ids were there; they are as recorded, with their positions.
 * `wrong`: the stream ends at `last`, nothing was written.
 */
export type Outcome =
  | { kind: 'written'; position: number }
  | { kind: 'found'; events: (StoredEvent & { position: number })[] }
  | { kind: 'wrong'; last: number }

/** How a transaction is committed; a test passes one that fails, or fails after the fact. */
export type Commit = (commit: () => void) => void

export class Writer {
  readonly #db: Connection
  readonly #file: string
  readonly #commit: Commit
  readonly #sql: ReturnType<typeof prepare>

  constructor(db: Connection, file: string, commit: Commit = (run) => run()) {
    this.#db = db
    this.#file = file
    this.#commit = commit
    this.#sql = prepare(db)
  }

  /**
   * All requests that can be are written together and durable on return, each judged after the ones before it.
   * Errors: STORE_UNAVAILABLE or DATA_CORRUPT for all of them. Then nothing is acknowledged; whether it was written, the same requests will tell.
   */
  write(requests: readonly Request[]): Outcome[] {
    try {
      this.#rollBack()
      this.#sql.begin.run()
      let position = this.#sql.head.get() as number
      const outcomes = requests.map((request) => {
        const outcome = this.#judge(request, position)
        if (outcome.kind === 'written') position += request.events.length
        return outcome
      })
      // A crash before this returns loses the whole group, of which nobody was told; after it the group is on the disk.
      this.#commit(() => this.#sql.commit.run())
      return outcomes
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #judge(request: Request, head: number): Outcome {
    const { stream, expected, events } = request
    const last = this.#sql.last.get(stream) as number
    if (last !== expected) return this.#find(request) ?? { kind: 'wrong', last }
    for (const [n, { id, type, data, metadata }] of events.entries()) {
      this.#sql.insert.run(head + 1 + n, stream, expected + 1 + n, id, type, data, metadata)
    }
    return { kind: 'written', position: head + 1 }
  }

  #find({ stream, expected, events }: Request): Outcome | null {
    const there = this.#sql.after.all(stream, expected, events.length) as (StoredEvent & { position: number })[]
    const same = expected >= -1 && there.length === events.length && there.every((event, n) => event.id === events[n]?.id)
    return same ? { kind: 'found', events: there } : null
  }

  #failed(error: unknown): LedgerError {
    try {
      this.#rollBack()
    } catch {
      // The next write tries again before it begins.
    }
    return faultOf(error, this.#file)
  }

  // A full disk ends the transaction by itself, other errors leave it open.
  #rollBack(): void {
    if (this.#db.inTransaction) this.#sql.rollback.run()
  }
}

const prepare = (db: Connection) => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  rollback: db.prepare('ROLLBACK'),
  head: db.prepare('SELECT coalesce(max(position), -1) FROM events').pluck(),
  last: db.prepare('SELECT coalesce(max(revision), -1) FROM events WHERE stream = ?').pluck(),
  after: db.prepare('SELECT position, id, type, data, metadata FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?'),
  insert: db.prepare('INSERT INTO events (position, stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)'),
})
