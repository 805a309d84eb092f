// Random histories through the one function and through a slow, obvious reference; and whatever it says of later instants, found by trying every instant there is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import {
  catalogueKnownAt,
  eligible,
  isTold,
  judgeSubject,
  verdictWithoutRow,
  type Cut,
  type JudgedKey,
  type Key,
  type Verdict,
} from '../../src/index.ts'
import { turningPoints } from '../../src/eligibility/turningPoints.ts'
import { weigh } from '../../src/eligibility/rule.ts'
import { day } from '../scene.ts'
import { channels, midnight, purposes } from './firstCatalogue.ts'
import { histories, Told, type History } from './history.ts'
import { Reference } from './reference.ts'

const everything = Number.POSITIVE_INFINITY
const keys: Key[] = purposes.flatMap((purpose) => channels.map((channel) => ({ purpose, channel })))
const key = fc.constantFrom(...keys)

const told = (one: Told, key: Key, cut: Cut) => new Reference(one.scene.events, one.scene.catalogue.history, cut).tell(key)
const verdict = ({ scene }: Told, key: Key, cut: Cut): Verdict => eligible(scene.subject, scene.catalogue, key, cut)
const judgedAt = ({ scene }: Told, day: number): JudgedKey[] => judgeSubject(scene.subject, scene.catalogue, midnight(day))
const allowing = ['CONSENT_GIVEN', 'SOFT_OPT_IN', 'LEGITIMATE_INTEREST']

const agree = (found: Verdict, expected: ReturnType<typeof told>, where: string): void => {
  assert.equal(found.reason, expected.reason, where)
  assert.equal(found.allowed, allowing.includes(expected.reason), where)
  if (expected.by.length === 0) assert.equal(found.eventId, null, where)
  else assert.ok(expected.by.includes(found.eventId ?? ''), `${where}: decided by ${found.eventId}, not by ${expected.by.join()}`)
}

test('at any time, with any knowledge, the answer is the one of the reference', () => {
  fc.assert(
    fc.property(histories, fc.infiniteStream(fc.nat(200)), (history, days) => {
      const one = new Told(history)
      for (const key of keys) {
        const [at = 0, knownAt = 0] = [...days.take(2)].map((n) => midnight(n % one.settled))
        for (const cut of [
          { at, knownAt },
          { at, knownAt: everything },
          { at: midnight(one.today), knownAt: everything },
        ])
          agree(verdict(one, key, cut), told(one, key, cut), `${key.purpose} ${key.channel} ${JSON.stringify(cut)}`)
      }
    }),
    { numRuns: 300 },
  )
})

test('until is the first later instant at which the reference says no', () => {
  fc.assert(
    fc.property(histories, fc.nat(150), fc.boolean(), (history, from, past) => {
      const one = new Told(history)
      const day = from % (one.today + 1)
      const knownAt = past ? midnight(day) : everything
      for (const key of keys) {
        const found = verdict(one, key, { at: midnight(day), knownAt })
        const isNo = (n: number) => !allowing.includes(told(one, key, { at: midnight(n), knownAt }).reason)
        let end = day + 1
        while (found.allowed && end <= one.settled && !isNo(end)) end += 1
        const known = found.allowed && end <= one.settled
        assert.equal(found.until, known ? midnight(end) : null, `${key.purpose} ${key.channel}`)
      }
    }),
    { numRuns: 600 },
  )
})

test('between two turning points nothing changes', () => {
  fc.assert(
    fc.property(histories, key, fc.nat(150), fc.boolean(), (history, key, from, past) => {
      const one = new Told(history)
      const { subject } = one.scene
      const day = from % (one.today + 1)
      const knownAt = past ? midnight(day) : everything
      const catalogue = catalogueKnownAt(one.scene.catalogue, knownAt)
      const points = new Set(turningPoints(subject, catalogue, key, { at: midnight(day), knownAt }))
      const weighed = (n: number) => weigh(subject, catalogue, key, { at: midnight(n), knownAt })
      for (let n = day + 1; n <= one.settled; n += 1)
        if (!points.has(midnight(n))) assert.deepEqual(weighed(n), weighed(n - 1), `${key.purpose} ${key.channel} on day ${n}`)
    }),
    { numRuns: 500 },
  )
})

/** A row as it is kept, but for what is about its own time. */
const columns = ({ effectiveAt: _, dueAt: __, ...columns }: JudgedKey) => columns
const same = (a: JudgedKey, b: JudgedKey | undefined): boolean => b !== undefined && isDeepStrictEqual(columns(a), columns(b))

test('a row comes due at the first later instant at which any of its columns is another, and holds since the last one', () => {
  fc.assert(
    fc.property(histories, fc.nat(30), (history, later) => {
      const one = new Told(history)
      if (one.scene.subject.first === null) return
      const on = one.today + later
      const recorded = Math.round((one.scene.subject.lastRecordedAt - midnight(0)) / day)
      const days = Array.from({ length: one.settled + 1 }, (_, n) => (n < recorded ? [] : judgedAt(one, n)))
      for (const [place, row] of (days[on] ?? []).entries()) {
        let due = on + 1
        while (due <= one.settled && same(row, days[due]?.[place])) due += 1
        assert.equal(row.dueAt, due <= one.settled ? midnight(due) : null, `${row.purpose} ${row.channel} due`)
        let since = on
        while (since > recorded && same(row, days[since - 1]?.[place])) since -= 1
        assert.equal(row.effectiveAt, midnight(since), `${row.purpose} ${row.channel} effective`)
      }
    }),
    { numRuns: 100 },
  )
})

test('what has no row, or needs none, is answered without it as the stream answers it', () => {
  fc.assert(
    fc.property(histories, fc.nat(60), (history, later) => {
      const one = new Told(history)
      if (one.scene.subject.first === null) return
      const at = midnight(one.today + later)
      const rows = new Map(judgedAt(one, one.today + later).map((row) => [`${row.purpose} ${row.channel}`, row]))
      for (const key of keys) {
        const row = rows.get(`${key.purpose} ${key.channel}`)
        const answer = verdict(one, key, { at, knownAt: everything })
        if (row !== undefined)
          assert.deepEqual({ allowed: row.allowed, reason: row.reason, until: row.until, basis: row.basis, eventId: row.eventId }, answer)
        if (row !== undefined && isTold(row)) continue
        for (let n = 0; n < 150; n += 5) {
          const then = verdict(one, key, { at: at + n * day, knownAt: everything })
          const without = verdictWithoutRow(one.scene.catalogue, key, at + n * day)
          assert.deepEqual(without ?? then, then, `${key.purpose} ${key.channel}, ${n} days on`)
          assert.equal(then.allowed, false)
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('the histories meet every reason', () => {
  const met = new Set<string>()
  const look = (history: History): void => {
    const one = new Told(history)
    for (const key of keys) met.add(verdict(one, key, { at: midnight(one.today), knownAt: everything }).reason)
  }
  for (const history of fc.sample(histories, { numRuns: 500, seed: 1 })) look(history)
  assert.equal(met.size, 20, [...met].join())
})
