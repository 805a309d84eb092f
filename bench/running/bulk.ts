// A ledger with many events, without posting each: real events as patterns, their streams interleaved, written straight into the event file.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** One event as the file holds it; `times` and `actId` of the pattern stand where every copy gets its own. */
type Pattern = { type: string; data: string[]; metadata: string[] }
type Row = { type: string; data: string; metadata: string }

const instant = '"[^"]*Z"'
const varying = new RegExp(String.raw`(?<="(?:occurredAt|orderAt|recordedAt)":)${instant}|(?<="actId":)"[^"]*"`)
const pattern = ({ type, data, metadata }: Row): Pattern => ({ type, data: data.split(varying), metadata: metadata.split(varying) })

/** Acts that follow each other in a life: the events of each, as places among the patterns (given, refused, withdrawn). */
const lives: readonly (readonly (readonly number[])[])[] = [[[0]], [[0, 1]], [[0, 1], [2]], [[0], [2], [0, 1]]]

/** How far apart two acts of one ledger are, so that a million fills a season. */
const betweenActs = 9000

type Subject = { stream: string; revision: number; acts: (readonly number[])[] }

/** UUIDv5 in form; its first digits are the position, so that rows made of events can be put in the order of their arrival. */
const idAt = (position: number, rest: string): string =>
  `${position.toString(16).padStart(8, '0')}-${rest.slice(0, 4)}-5${rest.slice(4, 7)}-8${rest.slice(7, 10)}-${rest.slice(10, 22)}`

const newSubject = (): Subject => {
  const acts = lives[Math.floor(Math.random() * lives.length)] ?? []
  return { stream: `subject-${randomBytes(16).toString('hex')}`, revision: 0, acts: [...acts] }
}

/** Who acts next: somebody new, or one of those whose life goes on; at random, so that streams lie apart. */
const lifeIn = (): (() => Subject) => {
  const open: Subject[] = []
  return () => {
    const place = Math.floor(Math.random() * open.length)
    const known = Math.random() < 0.35 ? open[place] : undefined
    const subject = known ?? newSubject()
    if (known === undefined && subject.acts.length > 1) open.push(subject)
    if (known !== undefined && known.acts.length === 1) {
      const last = open.pop()
      if (last !== undefined && last !== known) open[place] = last
    }
    return subject
  }
}

/** The rows of one act of a sign-up and a withdrawal, read back from a ledger that was posted them. */
const readPatterns = (db: Database.Database): Pattern[] => {
  const rows = db.prepare("SELECT type, data, metadata FROM events WHERE stream LIKE 'subject-%' ORDER BY position LIMIT 3").all() as Row[]
  const types = rows.map(({ type }) => type).join()
  if (types !== 'ConsentGiven,ConsentRefused,ConsentWithdrawn') throw new Error(`the pattern ledger holds ${types}`)
  return rows.map(pattern)
}

const writeActs = (db: Database.Database, patterns: readonly Pattern[], count: number): void => {
  const insert = db.prepare('INSERT INTO events (position, stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)')
  const nextSubject = lifeIn()
  let position = (db.prepare('SELECT max(position) FROM events').pluck().get() as number) + 1
  const end = position + count
  const begun = Date.now() - count * betweenActs
  while (position < end) {
    const subject = nextSubject()
    const rest = randomBytes(16).toString('hex')
    const at = `"${new Date(begun + (position - end + count) * betweenActs).toISOString()}"`
    const actId = `"${rest.slice(0, 8)}-${rest.slice(8, 12)}-4${rest.slice(12, 15)}-8${rest.slice(15, 18)}-${rest.slice(18, 30)}"`
    for (const place of subject.acts.shift() ?? []) {
      const { type, data, metadata } = patterns[place] ?? { type: '', data: [], metadata: [] }
      const [head = '', beforeAct = '', tail = ''] = metadata
      insert.run(
        position,
        subject.stream,
        subject.revision,
        idAt(position, rest),
        type,
        data.join(at),
        `${head}${at}${beforeAct}${actId}${tail}`,
      )
      subject.revision += 1
      position += 1
    }
  }
}

/**
 * Adds about `count` events (an act is not cut) to a stopped ledger that was posted one sign-up and one withdrawal.
 * Subjects have 1 to 4 events. Answers with how many subjects' events there are then, and their bytes of data and metadata.
 */
export const addEvents = (data: string, count: number): { events: number; bytes: number } => {
  const db = new Database(join(data, 'events.sqlite'))
  try {
    // Nobody needs these events after a power cut.
    db.pragma('synchronous = OFF')
    db.pragma('cache_size = -200000')
    db.transaction(() => writeActs(db, readPatterns(db), count))()
    db.pragma('wal_checkpoint(TRUNCATE)')
    const sizes = db.prepare(
      "SELECT count(*) AS events, sum(length(data) + length(metadata)) AS bytes FROM events WHERE stream LIKE 'subject-%'",
    )
    return sizes.get() as { events: number; bytes: number }
  } finally {
    db.close()
  }
}
