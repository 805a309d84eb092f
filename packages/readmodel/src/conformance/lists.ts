// Conformance: how the list of current answers is paged, narrowed and bounded.
import assert from 'node:assert/strict'
import type { JsonObject } from '@consent-ledger/domain'
import type { CurrentAnswer } from '../port.ts'
import { applyAll, withPlace, type NewPlace } from './setting.ts'
import { recorded, start, subjects } from './history.ts'
import type { Told } from './history.ts'

const said = (purpose: string, extra: JsonObject = {}): JsonObject => ({ purpose, channels: ['email', 'sms'], ...extra })

export const listTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'lists are paged in order, narrowed by purpose, channel and answer, and apart by controller', async ({ opened }) => {
    const model = await opened()
    const told = subjects.flatMap((subject): Told[] => [
      { subject, type: 'ConsentGiven', at: 1, data: said('news') },
      { subject, type: 'ConsentRefused', at: 2, data: said('ads') },
      { subject, type: 'ConsentRequested', at: 3, data: said('ads') },
      { subject, type: 'ConsentRefused', at: 4, data: said('news', { controller: 'other' }) },
    ])
    await applyAll(model, recorded(told))
    const all = await model.listAnswers({ controller: 'campo', limit: 1000 })
    assert.equal(all.answers.length, 12)
    const paged: CurrentAnswer[] = []
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

  withPlace(newPlace, 'a rare answer among many costs a bounded page, and the pages go on to it', async ({ opened }) => {
    const model = await opened()
    const many = Array.from({ length: 21_000 }, (_, n): Told => ({
      subject: n.toString(16).padStart(32, '0'),
      type: n === 20_999 ? 'ConsentWithdrawn' : 'ConsentRefused',
      at: n,
    }))
    await applyAll(model, recorded(many), 1000)
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
    const events = recorded(Array.from({ length: 1500 }, (_, n) => ({ type: 'ConsentGiven', at: n, data: { purpose: `p${n}` } })))
    for (let round = 0; round < 5; round++) {
      await rebuilder.checkpoint()
      await applyAll(rebuilder, events, 1500)
      await rebuilder.noteAsOf(start)
      const [page] = await Promise.all([reader.listAnswers({ controller: 'campo', limit: 2000 }), rebuilder.reset()])
      assert.ok(page.asOf === null || page.answers.length === 1500)
    }
  })
}
