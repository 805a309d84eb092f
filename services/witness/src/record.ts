// What the witness remembers, in one SQLite file: for each log the largest tree that it cosigned, and the heads that it refused.
import Database from 'better-sqlite3'
import { z } from 'zod'
import { type Evidence, evidenceTables, type EvidenceTables, type News, openEvidence, type Refused } from './evidence.ts'
import { StartRefused } from './settings.ts'

/** The largest tree cosigned for a log. `time`: POSIX seconds of the cosignature. `note`: the head with the log's signature; `signature`: the cosignature's line. */
export type Cosigned = { size: bigint; root: Uint8Array; time: bigint; note: string; signature: string }
/** The largest tree that was cosigned of the log `origin`. */
export type Tree = { origin: string; size: bigint; root: Uint8Array }
/** What to keep, if anything, and what to answer. `contested`: of the size of the last tree, with another root. `unproven`: larger than the last tree. */
export type Step<A> = { keep?: Cosigned; contested?: Refused; unproven?: Refused; answer: A }

export type WitnessRecord = {
  last(origin: string): Cosigned | null
  /** What convicts a log, in the order in which it came. */
  contested(): Evidence[]
  /**
   * Reads the last tree, lets `decide` judge, keeps what it says: one transaction, whole or not at all, durable on return, and no other writer in between, not
   * even another process on the same file. Whatever `decide` throws changes nothing.
   */
  update<A>(origin: string, decide: (last: Cosigned | null) => Step<A>): { answer: A; news: News }
  /** Shows `act` the last tree of each log, and no writer moves one meanwhile. */
  whileStill<T>(act: (trees: Tree[]) => T): T
  /** The vkey that this file was begun with; the file is bound to `vkey` if it was bound to none. */
  boundTo(vkey: string): string
  /** The vkey that this file is bound to; null: none yet. */
  bound(): string | null
  close(): void
}

const tables = `
CREATE TABLE IF NOT EXISTS witness (one INTEGER PRIMARY KEY CHECK (one = 1), vkey TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cosigned (
  origin TEXT PRIMARY KEY, size TEXT NOT NULL, root BLOB NOT NULL, time TEXT NOT NULL, note TEXT NOT NULL, signature TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS cosigned_stays BEFORE DELETE ON cosigned BEGIN SELECT RAISE(ABORT, 'a witness does not forget'); END;
CREATE TRIGGER IF NOT EXISTS cosigned_grows BEFORE UPDATE ON cosigned
WHEN length(NEW.size) < length(OLD.size) OR (length(NEW.size) = length(OLD.size) AND NEW.size < OLD.size)
BEGIN SELECT RAISE(ABORT, 'a witness does not go back'); END;
${evidenceTables}`
// Sizes are text: a tree may have more leaves than a number of JavaScript counts exactly.
const Size = z.string().transform(BigInt)
const Row = z.object({ size: Size, root: z.instanceof(Uint8Array), time: Size, note: z.string(), signature: z.string() })
const TreeRows = z.array(z.object({ origin: z.string(), size: Size, root: z.instanceof(Uint8Array) }))
const Bound = z.object({ vkey: z.string() })

const open = (file: string): Database.Database => {
  const db = new Database(file, { timeout: 2_000 })
  // The rollback journal needs no second file while nothing is written. A commit is the journal's end: FULL alone would not sync the directory that it is
  // gone from, and after a power cut the journal could come back and undo what was answered.
  db.pragma('journal_mode = DELETE')
  db.pragma('synchronous = EXTRA')
  // On macOS fsync leaves the bytes in the drive's cache; elsewhere this changes nothing.
  db.pragma('fullfsync = ON')
  db.exec(tables)
  return db
}

/** Opens the file, made if there is none (0600 under the umask of the process). Errors: StartRefused (not a database, not writable). */
export const openRecord = (file: string): WitnessRecord => {
  try {
    return recordOn(open(file))
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError) && !(cause instanceof TypeError)) throw cause
    throw new StartRefused(`${file} cannot be opened as the database of a witness.`, { cause })
  }
}

const recordOn = (db: Database.Database): WitnessRecord => {
  const one = db.prepare('SELECT size, root, time, note, signature FROM cosigned WHERE origin = ?')
  const keep = db.prepare(
    `INSERT INTO cosigned (origin, size, root, time, note, signature) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, time = excluded.time, note = excluded.note, signature = excluded.signature`,
  )
  const trees = db.prepare('SELECT origin, size, root FROM cosigned')
  const evidence = openEvidence(db)
  const last = (origin: string): Cosigned | null => {
    const row = one.get(origin)
    return row === undefined ? null : Row.parse(row)
  }
  const bound = (): string | null => {
    const row = db.prepare('SELECT vkey FROM witness').get()
    return row === undefined ? null : Bound.parse(row).vkey
  }
  return {
    last,
    bound,
    contested: () => evidence.contested(),
    // IMMEDIATE: the lock is taken before the last tree is read, so that nobody moves it between the check and the write.
    update: (origin, decide) =>
      db
        .transaction(() => {
          const before = last(origin)
          const { answer, ...step } = decide(before)
          const { keep: head } = step
          if (head) keep.run(origin, String(head.size), head.root, String(head.time), head.note, head.signature)
          return { answer, news: newsOf(evidence, origin, before, step) }
        })
        .immediate(),
    whileStill: (act) => db.transaction(() => act(TreeRows.parse(trees.all()))).immediate(),
    boundTo: (vkey) => {
      db.prepare('INSERT INTO witness (one, vkey) VALUES (1, ?) ON CONFLICT DO NOTHING').run(vkey)
      return bound() ?? vkey
    },
    close: () => db.close(),
  }
}

const newsOf = (evidence: EvidenceTables, origin: string, before: Cosigned | null, step: Omit<Step<unknown>, 'answer'>): News => {
  if (step.keep) return evidence.cosigned(origin, step.keep)
  if (step.contested) return evidence.convict(origin, step.contested, before === null ? '' : before.note + before.signature)
  return step.unproven ? evidence.keepUnproven(origin, step.unproven) : null
}
