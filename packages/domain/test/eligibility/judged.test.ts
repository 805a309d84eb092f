// What the read model is given of one subject: which keys, since when, and when to look again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTold, judgeSubject, verdictWithoutRow, type JudgedKey } from '../../src/index.ts'
import { turningPoints } from '../../src/eligibility/turningPoints.ts'
import { hour } from '../scene.ts'
import {
  buys,
  changesNotice,
  changesPurpose,
  contacts,
  erases,
  gives,
  hasNoProfile,
  objects,
  refuses,
  restricts,
  retires,
  withdraws,
  type Given,
  type Time,
} from './given.ts'
import { firstCatalogue, msOf, play } from './play.ts'

const judged = (given: Given[], at: Time, causeAt?: Time): JudgedKey[] => {
  const { scene } = play(given)
  return judgeSubject(scene.subject, scene.catalogue, msOf(at), causeAt === undefined ? undefined : msOf(causeAt))
}
const names = (rows: readonly JudgedKey[]): string[] => rows.map(({ purpose, channel }) => `${purpose} ${channel}`).sort()
const only = (rows: readonly JudgedKey[], purpose: string): JudgedKey => {
  const found = rows.find((row) => row.purpose === purpose)
  assert.ok(found)
  return found
}

test('judged are the purposes of which something was said, what continues them, and those that need no word', () => {
  assert.deepEqual(names(judged([withdraws('2026-03-02', 'letters')], '2026-03-09')), [
    'flyers post',
    'letters post',
    'letters-asked post',
    'phoning phone',
    'similar email',
    'trade email',
  ])
})

test('of these a row need not be told where the catalogue alone says no', () => {
  const rows = judged([gives('2026-03-02', 'news')], '2026-09-09')
  assert.deepEqual(names(rows.filter((row) => !isTold(row))), ['similar email'])
  const stranger = judged([refuses('2026-03-02', 'news')], '2026-09-09')
  assert.deepEqual(names(stranger.filter((row) => !isTold(row))), [
    'flyers post',
    'letters post',
    'phoning phone',
    'similar email',
    'trade email',
  ])
})

test('what could be told as a yes is told for good, whatever bars it since', () => {
  for (const [given, purpose] of [
    [retires('2026-03-05', 'flyers', '2026-03-06'), 'flyers'],
    [changesPurpose('2026-03-05', 'flyers', { marketing: false }), 'flyers'],
    [hasNoProfile('2026-03-05'), 'flyers'],
    [buys('2026-03-05', { refused: ['similar'] }), 'similar'],
  ] as const) {
    const row = only(judged([buys('2026-03-02'), given], '2026-03-09'), purpose)
    assert.deepEqual([row.allowed, isTold(row)], [false, true], row.reason)
  }
})

test('an erasure and a restriction reach every key of the catalogue', () => {
  for (const [given, reason] of [
    [erases('2026-03-05'), 'ERASED'],
    [restricts('2026-03-05', 'all'), 'RESTRICTED'],
  ] as const) {
    const rows = judged([gives('2026-03-02', 'news'), given], '2026-03-09')
    assert.equal(rows.length, 14)
    assert.ok(rows.every((row) => row.reason === reason && isTold(row)))
    assert.deepEqual(names(rows.filter(({ marketing }) => !marketing)), ['booking email'])
  }
})

test('a no to the purpose that continues another one is told of that one too, for which nobody answered', () => {
  const row = only(judged([gives('2026-03-01', 'circle'), refuses('2026-03-02', 'letters-asked')], '2026-03-09'), 'letters')
  assert.deepEqual([row.reason, row.state, isTold(row), row.objection?.since], ['OBJECTED', 'unknown', true, msOf('2026-03-02')])
})

test('consent from a file, without a notice, comes due on the day of the new processing', () => {
  const given = [gives('2026-03-02', 'news', { through: 'file' }), changesNotice('2026-03-05', 'new-processing', '2026-04-01')]
  const row = only(judged(given, '2026-03-09'), 'news')
  assert.deepEqual([row.allowed, row.dueAt, row.until], [true, msOf('2026-03-31T22:00:00.000Z'), msOf('2026-03-31T22:00:00.000Z')])
})

test('on legitimate interest without a clock of its own a row comes due at the end of the profile’s, counted from the last contact', () => {
  const row = only(judged([contacts('2025-03-02', 'visit'), contacts('2026-03-02', 'click')], '2026-03-09'), 'flyers')
  assert.deepEqual([row.allowed, row.dueAt, row.until], [true, msOf('2029-03-02'), msOf('2029-03-02')])
})

test('a row holds since its last event was recorded, whatever other event that was', () => {
  const row = only(judged([gives('2026-03-02', 'news'), contacts('2026-03-05', 'click')], '2026-03-09'), 'news')
  assert.equal(row.effectiveAt, msOf('2026-03-05'))
})

test('or since the change of the catalogue that caused it, but never later than it is judged', () => {
  const given = [gives('2026-03-02', 'news'), changesPurpose('2026-03-05', 'news', { marketing: false })]
  assert.equal(only(judged(given, '2026-03-09', '2026-03-05'), 'news').effectiveAt, msOf('2026-03-05'))
  assert.equal(only(judged(given, '2026-03-09', '2026-03-20'), 'news').effectiveAt, msOf('2026-03-09'))
})

test('or since the time that passed: judged late, at the first instant after which it was so', () => {
  const row = only(judged([gives('2026-09-01', 'calls')], '2027-12-24'), 'calls')
  assert.deepEqual([row.reason, row.effectiveAt, row.dueAt], ['CONSENT_EXPIRED', msOf('2027-09-01'), null])
})

test('what is not allowed yet but will be on a day of the profile comes due then', () => {
  const row = only(judged([contacts('2018-05-01', 'visit')], '2018-05-02'), 'flyers')
  assert.deepEqual([row.reason, row.dueAt, isTold(row)], ['BASIS_NOT_FOR_CHANNEL', msOf('2018-05-24T22:00:00.000Z'), true])
})

test('turning points do not grow with what cannot matter to the key', () => {
  const points = (given: Given[], purpose: string, channel: 'email' | 'post') => {
    const { scene } = play(given)
    return turningPoints(scene.subject, scene.catalogue, { purpose, channel }, { at: msOf('2026-07-09'), knownAt: Number.POSITIVE_INFINITY }).length // prettier-ignore
  }
  const clicks = Array.from({ length: 50 }, (_, n) => contacts(new Date(msOf('2026-03-02') + n * hour).toISOString(), 'click'))
  const answers = Array.from({ length: 50 }, (_, n) => gives(new Date(msOf('2026-05-02') + n * hour).toISOString(), 'calls'))
  const few = [gives('2026-03-01', 'news')]
  assert.equal(points([...few, ...clicks], 'letters', 'post'), points(few, 'letters', 'post'))
  assert.equal(points([...few, ...clicks, ...answers], 'news', 'email'), points(few, 'news', 'email'))
})

test('of a key that the catalogue does not have only the stream can tell', () => {
  const catalogue = firstCatalogue()
  const at = msOf('2026-03-09')
  assert.equal(verdictWithoutRow(catalogue, { purpose: 'news', channel: 'post' }, at), null)
  assert.equal(verdictWithoutRow(catalogue, { purpose: 'invented', channel: 'email' }, at), null)
  assert.equal(verdictWithoutRow(catalogue, { purpose: 'flyers', channel: 'post' }, at)?.reason, 'UNKNOWN_SUBJECT')
  assert.equal(verdictWithoutRow(catalogue, { purpose: 'news', channel: 'email' }, at)?.reason, 'NO_CONSENT')
  assert.equal(verdictWithoutRow(catalogue, { purpose: 'similar', channel: 'email' }, at)?.reason, 'NO_SALE')
  assert.equal(verdictWithoutRow(catalogue, { purpose: 'booking', channel: 'email' }, at)?.reason, 'NOT_MARKETING')
})

test('an objection to a purpose that nobody answered is a row', () => {
  const row = only(judged([objects('2026-03-02', 'news', { channels: ['email'] })], '2026-03-09'), 'news')
  assert.deepEqual([row.state, row.objection?.since, row.reason], ['unknown', msOf('2026-03-02'), 'OBJECTED'])
})
