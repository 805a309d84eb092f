// What a judgement changes in the rows that are there: the same for every database.
import { isTold } from '@consent-ledger/domain'
import type { EligibilityReason, JudgedKey } from '@consent-ledger/domain'
import type { EligibilityRow, JudgedSubject } from './port.ts'

/** What the read model holds of one subject. `revision`: of the last event it was judged by, null if it is new. `rows`: by purpose and channel. */
export type Known = { revision: bigint | null; rows: Map<string, EligibilityRow> }

/** What judgements come to: rows and subjects that are to be written, each once; `restrictions` of the subjects that have a list. `head`: the newest place in the feed then. */
export type Rejudged = { rows: EligibilityRow[]; subjects: JudgedSubject[]; restricted: JudgedSubject[]; head: bigint }

export const keyOf = ({ purpose, channel }: Pick<JudgedKey, 'purpose' | 'channel'>): string => `${purpose} ${channel}`

type Values = readonly (string | number | bigint | boolean | null | undefined)[]
const same = (a: Values, b: Values): boolean => a.every((value, at) => value === b[at])

/** What the feed tells of a key: a row whose verdict is another has changed. */
const verdict = (key: JudgedKey): Values => [key.allowed, key.reason, key.until, key.basis, key.eventId]

/** What only those who ask are told. */
const answer = (key: JudgedKey): Values => [
  key.state, key.since, key.stateUntil, key.objection?.eventId, key.objection?.since, key.notice?.id, key.notice?.version, key.notice?.language,
  key.site, key.answerEventId, key.answerRevision, key.dueAt,
] // prettier-ignore

/** Reasons that speak of a yes there was, or may have been: so a key that is met as a no for the first time, as in a rebuild, is taken for stopped. */
const ended: ReadonlySet<EligibilityReason> = new Set([
  'OBJECTED', 'RESTRICTED', 'ERASED', 'PURPOSE_RETIRED', 'CONSENT_WITHDRAWN', 'CONSENT_EXPIRED', 'CONSENT_INVALIDATED', 'PROSPECT_LAPSED',
] satisfies EligibilityReason[]) // prettier-ignore

/** `EligibilityRow.stopped` of a key that takes the place `n`. A no that becomes another no was stopped before. */
const stoppedBy = (key: JudgedKey, before: EligibilityRow | undefined, n: bigint | null, at: number): EligibilityRow['stopped'] => {
  if (key.allowed || n === null) return null
  // Came into the feed only now.
  if (!before || before.n === null) return ended.has(key.reason) ? { n, at } : null
  return before.allowed ? { n, at } : before.stopped
}

/** The row of `key` after a judgement, or null if nothing is to be written. `next`: takes the next place in the feed. */
const rowAfter = (
  subject: JudgedSubject,
  key: JudgedKey,
  before: EligibilityRow | undefined,
  next: () => bigint,
): EligibilityRow | null => {
  const { controller, subjectId, revision } = subject
  const changed = (marketing: boolean, effectiveAt: number): EligibilityRow => {
    const n = marketing ? next() : null
    return { ...key, controller, subjectId, revision, marketing, effectiveAt, n, stopped: stoppedBy(key, before, n, effectiveAt) }
  }
  if (!before) return isTold(key) ? changed(key.marketing, key.effectiveAt) : null
  // What once was marketing stays in the feed.
  const marketing = before.marketing || key.marketing
  const told = !same(verdict(key), verdict(before)) || (marketing && (subject.announce || before.n === null))
  // A verdict keeps the place, the revision and the time at which it came to be: the same line of the feed is the same whenever it is read.
  if (!told)
    return same(answer(key), answer(before))
      ? null
      : { ...before, ...key, marketing, effectiveAt: before.effectiveAt, revision: before.revision }
  return changed(marketing, revision === before.revision ? Math.max(key.effectiveAt, before.effectiveAt + 1) : key.effectiveAt)
}

/** More numbers than can be lost with one power cut. */
const mostLost = 1n << 20n

/** More changes than any database writes in a ms. */
const mostInMs = 1 << 10

/** Below it lies every number that an epoch can have handed out, whoever did: in SQL, of the row of `meta` and `clock`, the database's clock in ms. */
export const floorOf = (clock: string): string => `(${clock} - epoch) * ${mostInMs}`

/**
 * Behind which number the next places in the feed begin. `stored`: the newest that the database knows of; `own`: the newest that this object handed out, null if it does not
 * know; `floor`: as of `floorOf`. Where the first two differ another one wrote, or a power cut took writes back whose numbers were told already, or somebody put an older copy
 * of it all in its place: a number must never mean another change, so some are left out. A clock that was set back can tell of no copy.
 * What begins behind such a leap is to be durable before it is told, or the leap itself could be taken back.
 */
export const beginningAt = (stored: bigint, own: bigint | null, floor: bigint): bigint => {
  if (stored === own) return stored
  const behind = (own !== null && own > stored ? own : stored) + mostLost
  return floor > behind ? floor : behind
}

/** Compares each judgement with what is there, in order. `head`: the newest place in the feed. A judgement by fewer events than one before it is dropped. */
export const rejudge = (judged: readonly JudgedSubject[], knownOf: (subject: JudgedSubject) => Known, head: bigint): Rejudged => {
  const met = new Map<string, Known>()
  const rows = new Map<string, EligibilityRow>()
  const subjects = new Map<string, JudgedSubject>()
  const restricted = new Map<string, JudgedSubject>()
  const next = (): bigint => (head += 1n)
  for (const subject of judged) {
    const name = `${subject.controller} ${subject.subjectId}`
    const known = met.get(name) ?? knownOf(subject)
    met.set(name, known)
    if (known.revision !== null && subject.revision < known.revision) continue
    if (subject.revision !== known.revision) subjects.set(name, subject)
    if (subject.restrictions) restricted.set(name, subject)
    for (const key of subject.keys) {
      const row = rowAfter(subject, key, known.rows.get(keyOf(key)), next)
      if (row) rows.set(`${name} ${keyOf(key)}`, row)
      if (row) known.rows.set(keyOf(key), row)
    }
    known.revision = subject.revision
  }
  return { rows: [...rows.values()], subjects: [...subjects.values()], restricted: [...restricted.values()], head }
}
