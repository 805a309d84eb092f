// The decision table of docs/eligibility.md, run.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eligible, EligibilityReason, isTold, judgeSubject, type Verdict } from '../../src/index.ts'
import { msOf, play } from './play.ts'
import { table } from './table.ts'
import type { Row } from './table/row.ts'

const rows = table.flatMap((section) => section.rows)

const answerTo = ({ given, asked: { purpose, channel = 'email', at, knownAt } }: Row) => {
  const { scene, events } = play(given)
  const cut = { at: msOf(at), knownAt: knownAt === undefined ? Number.POSITIVE_INFINITY : msOf(knownAt) }
  return { scene, events, verdict: eligible(scene.subject, scene.catalogue, { purpose, channel }, cut) }
}

const seen = ({ reason, until, basis, eventId }: Verdict, events: string[][]) => ({
  reason,
  until,
  basis,
  by: eventId === null ? null : events.findIndex((ids) => ids.includes(eventId)) + 1,
})

for (const { title, rows } of table)
  describe(title, () => {
    for (const row of rows)
      test(row.says, () => {
        const { events, verdict } = answerTo(row)
        const { until, ...answer } = row.answer
        assert.deepEqual(seen(verdict, events), { ...answer, until: until === null ? null : msOf(until) })
        assert.equal(verdict.allowed, ['CONSENT_GIVEN', 'SOFT_OPT_IN', 'LEGITIMATE_INTEREST'].includes(verdict.reason))
      })
  })

test('every reason has a row', () => {
  const met = new Set(rows.map(({ answer }) => answer.reason))
  assert.deepEqual(
    EligibilityReason.options.filter((reason) => !met.has(reason)),
    [],
  )
})

test('what is judged for a row is what is answered', () => {
  for (const row of rows) {
    const { scene, verdict } = answerTo(row)
    const { purpose, channel = 'email', at, knownAt } = row.asked
    if (scene.subject.first === null || knownAt !== undefined || msOf(at) < scene.subject.lastRecordedAt) continue
    const judged = judgeSubject(scene.subject, scene.catalogue, msOf(at)).find((key) => key.purpose === purpose && key.channel === channel)
    if (judged === undefined || !isTold(judged)) assert.equal(verdict.allowed, false, row.says)
    else {
      const { allowed, reason, until, basis, eventId } = judged
      assert.deepEqual({ allowed, reason, until, basis, eventId }, verdict, row.says)
    }
  }
})
