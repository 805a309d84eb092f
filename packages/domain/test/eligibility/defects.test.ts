// Defects seen in other systems (LAW §5) as far as eligibility decides them, each a test by its number.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eligible, judgeSubject, type Channel, type Verdict } from '../../src/index.ts'
import { changesNotice, contacts, gives, links, objects, refuses, withdraws, type Given, type Time } from './given.ts'
import { msOf, play } from './play.ts'

const asked = (given: Given[], purpose: string, at: Time, channel: Channel = 'email'): Verdict => {
  const { scene } = play(given)
  return eligible(scene.subject, scene.catalogue, { purpose, channel }, { at: msOf(at), knownAt: Number.POSITIVE_INFINITY })
}
const reason = (...question: Parameters<typeof asked>): string => asked(...question).reason

test('defect 1: a refusal never makes anybody eligible, whatever other rows there are', () => {
  const given = [gives('2026-03-02', 'news', { channels: ['sms'] }), refuses('2026-03-03', 'news', { channels: ['email'] })]
  assert.equal(reason(given, 'news', '2026-03-09'), 'CONSENT_REFUSED')
})

test('defect 2: expiry is enforced: a yes says its end, comes due at it, and is a no from then on', () => {
  const { scene } = play([gives('2026-03-02', 'news', { channels: ['email'] })])
  const row = (at: number) => judgeSubject(scene.subject, scene.catalogue, at).find(({ purpose, channel }) => purpose === 'news' && channel === 'email') // prettier-ignore
  const before = row(msOf('2026-03-09'))
  assert.ok(before?.allowed && before.until !== null)
  assert.equal(before.dueAt, before.until)
  const after = row(before.until)
  assert.deepEqual([after?.allowed, after?.reason, after?.effectiveAt, after?.dueAt], [false, 'CONSENT_EXPIRED', before.until, null])
})

test('defect 7: a renewal moves the end, also where its content is the same', () => {
  const once = asked([gives('2026-03-02', 'news')], 'news', '2026-03-09')
  const twice = asked([gives('2026-03-02', 'news'), gives('2026-03-05', 'news')], 'news', '2026-03-09')
  assert.equal((twice.until ?? 0) - (once.until ?? 0), 3 * 24 * 3_600_000)
})

test('defect 8: a new yes after a withdrawal counts', () => {
  assert.equal(reason([gives('2026-03-02', 'news'), withdraws('2026-03-03', 'news'), gives('2026-03-04', 'news')], 'news', '2026-03-09'), 'CONSENT_GIVEN') // prettier-ignore
})

test('defect 10: a link changes no answer, and an anonymous yes lifts no no of the account', () => {
  const account = [withdraws('2026-03-02', 'news'), objects('2026-03-02T13:00:00.000Z', 'letters')]
  const device = [gives('2026-03-05', 'news', { through: 'browser' })]
  assert.equal(reason(device, 'news', '2026-03-09'), 'CONSENT_GIVEN', 'it holds for the device itself, which is another subject')
  for (const purpose of ['news', 'opens', 'club', 'circle'])
    assert.equal(reason([...account, links('2026-03-06')], purpose, '2026-03-09'), reason(account, purpose, '2026-03-09'))
  assert.equal(reason([...account, links('2026-03-06')], 'letters', '2026-03-09', 'post'), 'OBJECTED')
})

test('defect 11: what is said to one purpose changes nothing of another', () => {
  const given = [gives('2026-03-02', 'news'), gives('2026-03-02T13:00:00.000Z', 'opens')]
  for (const no of [refuses, withdraws, objects])
    assert.equal(reason([...given, no('2026-03-03', 'opens')], 'news', '2026-03-09'), 'CONSENT_GIVEN')
})

test('defect 16: an import resubscribes nobody, whatever time it claims', () => {
  for (const no of [refuses, withdraws, objects])
    for (const done of ['2025-03-02', '2026-03-04'])
      assert.equal(asked([no('2026-03-02', 'news'), gives('2026-03-05', 'news', { through: 'file', done })], 'news', '2026-03-09').allowed, false) // prettier-ignore
})

test('defect 18: a new number on the notice costs nobody their consent', () => {
  for (const change of ['editorial', 'material'] as const)
    assert.equal(reason([gives('2026-03-02', 'news'), changesNotice('2026-03-03', change, '2026-03-04')], 'news', '2026-03-09'), 'CONSENT_GIVEN') // prettier-ignore
})

test('a contact is not consent', () => {
  assert.equal(reason([contacts('2026-03-02', 'click')], 'news', '2026-03-09'), 'NO_CONSENT')
})
