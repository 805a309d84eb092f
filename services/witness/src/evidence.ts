// Heads signed by a log's key that were not cosigned, in the tables of the record: those that convict it, and a few that were only not shown to continue.
import type Database from 'better-sqlite3'
import { z } from 'zod'

/** A head signed by the log's key that was not cosigned. */
export type Refused = { size: bigint; root: Uint8Array; note: string }
/** Two heads of one size with different roots, both signed by the log: nobody else can make them. `against`: the one that came first, cosigned or not. */
export type Evidence = { origin: string; size: bigint; note: string; against: string }
/** What came of a step. `contested`: the log is convicted of one more root. `unproven`: the first head since the last cosignature that was not shown to continue. */
export type News = 'contested' | 'unproven' | null

export type EvidenceTables = {
  /** In the order in which it came. */
  contested(): Evidence[]
  /** Another root than that of `against`, of the same size. */
  convict(origin: string, head: Refused, against: string): News
  /** Larger than what is cosigned, and not shown to continue it: anybody who holds the head can send it with a proof of his own making. */
  keepUnproven(origin: string, head: Refused): News
  /** A head was cosigned: what is unproven of its size and below is forgotten, but convicts where its root is another. */
  cosigned(origin: string, head: Refused & { signature: string }): News
}

export const evidenceTables = `
CREATE TABLE IF NOT EXISTS contested (
  origin TEXT NOT NULL, size TEXT NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, against TEXT NOT NULL,
  PRIMARY KEY (origin, size, root)
) STRICT;
CREATE TABLE IF NOT EXISTS unproven (
  origin TEXT NOT NULL, size TEXT NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (origin, size, root)
) STRICT;
`
/** Whoever holds the log's key can send no more than this to be kept for ever; one is enough. */
const mostContested = 1_000
/** The first ones, until a larger head is cosigned: so strangers cost the disk no more writes than this for each. */
const mostUnproven = 16

const Size = z.string().transform(BigInt)
const EvidenceRows = z.array(z.object({ origin: z.string(), size: Size, note: z.string(), against: z.string() }))
const UnprovenRows = z.array(z.object({ size: Size, root: z.instanceof(Uint8Array), note: z.string() }))

/** On the tables of an open database. Its acts belong into a transaction of the caller. */
export const openEvidence = (db: Database.Database): EvidenceTables => {
  const shown = db.prepare('SELECT origin, size, note, against FROM contested ORDER BY rowid')
  const addContested = db.prepare(
    `INSERT INTO contested (origin, size, root, note, against) SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM contested WHERE origin = ?) < ${mostContested}
     ON CONFLICT DO NOTHING`,
  )
  const unproven = db.prepare('SELECT size, root, note FROM unproven WHERE origin = ? ORDER BY rowid')
  const addUnproven = db.prepare('INSERT INTO unproven (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const forget = db.prepare('DELETE FROM unproven WHERE origin = ? AND size = ? AND root = ?')
  const unprovenOf = (origin: string): Refused[] => UnprovenRows.parse(unproven.all(origin))
  const convict = (origin: string, { size, root, note }: Refused, against: string): News =>
    addContested.run(origin, String(size), root, note, against, origin).changes > 0 ? 'contested' : null
  return {
    contested: () => EvidenceRows.parse(shown.all()),
    convict,
    keepUnproven: (origin, head) => {
      const kept = unprovenOf(origin)
      const other = kept.find((one) => one.size === head.size && !Buffer.from(one.root).equals(head.root))
      if (other) return convict(origin, head, other.note)
      if (kept.length >= mostUnproven) return null
      addUnproven.run(origin, String(head.size), head.root, head.note)
      return kept.length === 0 ? 'unproven' : null
    },
    cosigned: (origin, { size, root, note, signature }) => {
      let news: News = null
      for (const one of unprovenOf(origin).filter((each) => each.size <= size)) {
        if (one.size === size && !Buffer.from(one.root).equals(root)) news = convict(origin, one, note + signature) ?? news
        forget.run(origin, String(one.size), one.root)
      }
      return news
    },
  }
}
