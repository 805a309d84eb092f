// Conformance: how the list of current answers is paged, narrowed and bounded.
import assert from 'node:assert/strict'
import type { JsonObject } from '@consent-ledger/domain'
import type { AnswersAsked, EligibilityRow } from '../port.ts'
import { instant, minutes, start, subjects } from './history.ts'
import type { Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const said = (purpose: string, extra: JsonObject = {}): JsonObject => ({ purpose, channels: ['email', 'sms'], ...extra })

export const listTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'lists are paged in order, narrowed by purpose, channel and answer, and apart by controller', async ({ opened }) => {
    const model = await opened()
    const told = subjects.flatMap((subject, n): Told[] => [
      { subject, type: 'ConsentGiven', at: 1, data: said('news') },
      { subject, type: 'ConsentRefused', at: 2, data: said('ads') },
      { subject, type: 'ConsentRequested', at: 3, data: said('ads') },
      { subject: `5${String(n).repeat(31)}`, type: 'ConsentRefused', at: 4, data: said('news', { controller: 'other' }) },
    ])
    await new World(model).tell(told)
    const all = await model.listAnswers({ controller: 'campo', limit: 1000 })
    assert.equal(all.answers.length, 12)
    const paged: EligibilityRow[] = []
    for (let after: string | null | undefined; after !== null;) {
      const page = await model.listAnswers({ controller: 'campo', limit: 5, ...(after === undefined ? {} : { after }) })
      paged.push(...page.answers)
      after = page.next
    }
    assert.deepEqual(paged, all.answers)
    assert.deepEqual(
      paged.map(({ subjectId }) => subjectId),
      paged.map(({ subjectId }) => subjectId).toSorted(),
    )
    const narrow = await model.listAnswers({ controller: 'campo', purpose: 'ads', channel: 'sms', answer: 'requested', limit: 1000 })
    assert.deepEqual(
      narrow.answers.map(({ purpose, channel }) => [purpose, channel]),
      subjects.map(() => ['ads', 'sms']),
    )
    assert.equal((await model.listAnswers({ controller: 'campo', answer: 'withdrawn', limit: 1000 })).answers.length, 0)
    assert.equal((await model.listAnswers({ controller: 'other', limit: 1000 })).answers.length, 6)
    for (const after of ['', 'x', `${subjects[0]}.news`, `${subjects[0]}.news.fax`, `${subjects[0]}.news.sms.x`]) {
      await assert.rejects(model.listAnswers({ controller: 'campo', after, limit: 5 }), { code: 'INVALID_REQUEST' })
    }
  })

  withPlace(newPlace, 'each answer is found by its word, and each objection whatever the answer', async ({ opened }) => {
    const model = await opened()
    const facts: [string, Partial<Told>[]][] = [
      ['given', [{ type: 'ConsentGiven' }]],
      ['renewed', [{ type: 'ConsentGiven' }, { type: 'ConsentGiven', at: 2 }]],
      ['refused', [{ type: 'ConsentRefused' }]],
      ['withdrawn', [{ type: 'ConsentWithdrawn' }, { type: 'ObjectionRecorded', at: 2 }]],
      ['requested', [{ type: 'ConsentRequested' }]],
      ['expired', [{ type: 'ConsentGiven', data: { until: instant(30) } }]],
      ['unknown', [{ type: 'ObjectionRecorded' }]],
      ['silent', [{ type: 'NoticeShown' }]],
    ]
    const subjectOf = new Map(facts.map(([word], n) => [word, `${n}`.repeat(32)]))
    const told = facts.flatMap(([word, all]) => all.map((one) => ({ subject: subjectOf.get(word) ?? '', type: '', at: 1, ...one })))
    await new World(model).tell(told)
    const found = async (asked: Partial<AnswersAsked>) =>
      (await model.listAnswers({ controller: 'campo', limit: 100, ...asked })).answers.map(({ subjectId }) => subjectId)
    const those = (...words: string[]) => words.map((word) => subjectOf.get(word))
    assert.deepEqual(await found({}), those('given', 'renewed', 'refused', 'withdrawn', 'requested', 'expired', 'unknown'))
    assert.deepEqual(await found({ answer: 'given' }), those('given', 'renewed'))
    for (const answer of ['refused', 'withdrawn', 'requested', 'expired', 'unknown'] as const)
      assert.deepEqual(await found({ answer }), those(answer))
    assert.deepEqual(await found({ answer: 'invalidated' }), [])
    assert.deepEqual(await found({ objected: true }), those('withdrawn', 'unknown'))
    assert.deepEqual(await found({ objected: false }), those('given', 'renewed', 'refused', 'requested', 'expired'))
    assert.deepEqual(await found({ objected: true, answer: 'withdrawn' }), those('withdrawn'))
  })

  withPlace(newPlace, 'a rare answer among many costs a bounded page, and the pages go on to it', async ({ opened }) => {
    const model = await opened()
    const many = Array.from({ length: 21_000 }, (_, n): Told => ({
      subject: n.toString(16).padStart(32, '0'),
      type: n === 20_999 ? 'ConsentWithdrawn' : 'ConsentRefused',
      at: 1,
      data: { purpose: 'stats' },
    }))
    await new World(model).tell(many, 3000)
    const asked = { controller: 'campo', answer: 'withdrawn', limit: 10 } as const
    const first = await model.listAnswers(asked)
    assert.deepEqual(first.answers, [])
    assert.ok(first.next)
    const second = await model.listAnswers({ ...asked, after: first.next })
    assert.equal(second.answers.length, 1)
    assert.equal(second.next, null)
  })

  withPlace(newPlace, 'a page that a rebuild overtakes does not say that it is all', async ({ opened }) => {
    const [reader, rebuilder] = [await opened(), await opened()]
    const told = Array.from({ length: 1500 }, (_, n): Told => ({
      subject: n.toString(16).padStart(32, '0'),
      type: 'ConsentGiven',
      at: 1,
      data: { purpose: 'stats' },
    }))
    for (let round = 0; round < 5; round++) {
      await rebuilder.checkpoint()
      await new World(rebuilder).tell(told, 1500)
      await rebuilder.noteAsOf(start)
      const [page] = await Promise.all([reader.listAnswers({ controller: 'campo', limit: 2000 }), rebuilder.reset()])
      assert.ok(page.asOf === null || page.answers.length === 1500)
    }
  })

  withPlace(newPlace, 'a page says as of when it is', async ({ opened }) => {
    const model = await opened()
    await new World(model).tell([{ type: 'ConsentGiven', at: 1 }])
    assert.equal((await model.listAnswers({ controller: 'campo', limit: 1 })).asOf, null)
    await model.noteAsOf(minutes(61))
    assert.equal((await model.listAnswers({ controller: 'campo', limit: 1 })).asOf, minutes(61))
  })
}
