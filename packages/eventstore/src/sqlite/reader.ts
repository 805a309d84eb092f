// Reads the event file, on the caller's thread: short looks in a snapshot of their own, which never wait for the writer.
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type Page } from '../port.ts'
import { fromStored } from '../stored.ts'
import { faultOf, openForReading, type Connection } from './connection.ts'

type Row = [position: number, stream: string, revision: number, id: string, type: string, data: string, metadata: string]
const columns = 'position, stream, revision, id, type, data, metadata'

export class Reader {
  readonly #db: Connection
  readonly #file: string
  readonly #sql: ReturnType<typeof prepare>

  constructor(file: string) {
    this.#file = file
    this.#db = openForReading(file)
    this.#sql = prepare(this.#db)
  }

  /** Errors: INTEGRITY if revisions have a gap, and as the port. */
  stream(stream: string, { after, limit }: Page): RecordedEvent[] {
    const rows = this.#ask(() => this.#sql.stream.all(stream, Number(after), limit) as Row[])
    let before = after < beginning ? -1 : Number(after)
    for (const [, , revision] of rows) {
      if (revision !== before + 1)
        throw new LedgerError('INTEGRITY', `Stream ${stream} has no revision ${before + 1} but a revision ${revision}.`)
      before = revision
    }
    return rows.map(read)
  }

  all({ after, limit }: Page): RecordedEvent[] {
    return this.#ask(() => this.#sql.all.all(Number(after), limit) as Row[]).map(read)
  }

  head(): bigint {
    return BigInt(this.#ask(() => this.#sql.head.get() as number))
  }

  identity(): string | null {
    return this.#ask(() => this.#sql.identity.get() as string | null)
  }

  close(): void {
    this.#db.close()
  }

  #ask<Answer>(question: () => Answer): Answer {
    try {
      return question()
    } catch (error) {
      throw faultOf(error, this.#file)
    }
  }
}

const prepare = (db: Connection) => ({
  stream: db.prepare(`SELECT ${columns} FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?`).raw(),
  all: db.prepare(`SELECT ${columns} FROM events WHERE position > ? ORDER BY position LIMIT ?`).raw(),
  head: db.prepare('SELECT coalesce(max(position), -1) FROM events').pluck(),
  identity: db.prepare('SELECT ledgerId FROM meta').pluck(),
})

const read = ([position, stream, revision, id, type, data, metadata]: Row): RecordedEvent =>
  fromStored({ id, type, data, metadata }, { stream, revision: BigInt(revision), position: BigInt(position) })
