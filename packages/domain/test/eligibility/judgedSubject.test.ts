// What a projector hands to the read model, and which events make it do so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesVerdicts, controllerEvents, controllerOf, isLink, judgedSubject, judgeSubject, subjectEvents, subjectIdOf } from '../../src/index.ts' // prettier-ignore
import { gives, liftsRestriction, restricts, type Given } from './given.ts'
import { msOf, play } from './play.ts'

const subjectId = '0'.repeat(32)
const judged = (given: Given[], at = msOf('2026-03-09')) => {
  const { scene } = play(given)
  return { scene, judged: judgedSubject(scene.subject, scene.catalogue, subjectId, at) }
}

test('a subject is judged whole, with the restrictions in force, never before its last event', () => {
  const given = [
    gives('2026-03-02', 'news'),
    restricts('2026-03-03', 'all'),
    restricts('2026-03-04', ['news']),
    liftsRestriction('2026-03-05', 2),
  ]
  const { scene, judged: found } = judged(given, msOf('2026-03-01'))
  const { controller, revision, keys, announce, restrictions } = found
  assert.deepEqual([controller, found.subjectId, revision, announce], ['campo', subjectId, scene.subject.lastRevision, false])
  assert.deepEqual(keys, judgeSubject(scene.subject, scene.catalogue, scene.subject.lastRecordedAt))
  assert.deepEqual(
    restrictions?.map(({ purposes, ground, since }) => [purposes, ground, since]),
    [[['news'], 'accuracy', msOf('2026-03-04')]],
  )
})

test('no list of restrictions where there never was one, an empty one where all are lifted', () => {
  assert.equal(judged([gives('2026-03-02', 'news')]).judged.restrictions, null)
  assert.deepEqual(judged([restricts('2026-03-03', 'all'), liftsRestriction('2026-03-05', 1)]).judged.restrictions, [])
})

test('everybody is judged again after what the rules look at, and told again after a link', () => {
  assert.deepEqual(Object.keys(controllerEvents).filter(changesVerdicts), [
    'ControllerRegistered',
    'PurposePublished',
    'PurposeRetired',
    'NoticePublished',
    'RegulatorProfileApplied',
  ])
  assert.deepEqual(Object.keys(subjectEvents).filter(isLink), ['IdentityLinked', 'IdentityUnlinked'])
})

test('a stream says whose it is', () => {
  assert.deepEqual([subjectIdOf(`subject-${subjectId}`), subjectIdOf('controller-campo'), subjectIdOf('ledger')], [subjectId, null, null])
  assert.deepEqual([controllerOf('controller-campo'), controllerOf(`subject-${subjectId}`)], ['campo', null])
  assert.throws(() => subjectIdOf('subject-anna'), { code: 'INTEGRITY' })
})
