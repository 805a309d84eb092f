// Which answer counts, rule by rule, and how the list of them is paged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { iso } from '@consent-ledger/domain'
import type { JsonObject } from '@consent-ledger/domain'
import type { CurrentAnswer } from '../src/index.ts'
import { applyAll, opened } from './scratch.ts'
import { recorded, start, subjects } from './history.ts'
import type { Told } from './history.ts'

const asOf = start + 60 * 60_000
const minutes = (at: number): string => iso(start + at * 60_000)

const answerTo = async (t: TestContext, told: Told[], at: number | null = asOf): Promise<CurrentAnswer | undefined> => {
  const model = await opened(t)
  await applyAll(model, recorded(told))
  if (at !== null) await model.noteAsOf(at)
  const { answers } = await model.listAnswers({ controller: 'campo', limit: 10 })
  assert.ok(answers.length <= 1)
  return answers[0]
}

const rules: [name: string, told: Told[], Partial<CurrentAnswer> | undefined][] = [
  [
    'a yes is given',
    [{ type: 'ConsentGiven', at: 1 }],
    { answer: 'given', since: start + 60_000, until: null, objected: false, site: 'campo-fr' },
  ],
  [
    'a yes whose end has come is expired since then',
    [{ type: 'ConsentGiven', at: 1, data: { until: minutes(60) } }],
    { answer: 'expired', since: asOf, until: null },
  ],
  [
    'a yes before its end is given',
    [{ type: 'ConsentGiven', at: 1, data: { until: minutes(61) } }],
    { answer: 'given', until: asOf + 60_000 },
  ],
  [
    'a late yes never lifts a later withdrawal',
    [
      { type: 'ConsentWithdrawn', at: 5 },
      { type: 'ConsentGiven', at: 4 },
    ],
    { answer: 'withdrawn' },
  ],
  [
    'at equal times the no wins',
    [
      { type: 'ConsentRefused', at: 5 },
      { type: 'ConsentGiven', at: 5 },
    ],
    { answer: 'refused' },
  ],
  [
    'at equal times the withdrawal is the stronger no',
    [
      { type: 'ConsentWithdrawn', at: 5 },
      { type: 'ConsentRefused', at: 5 },
    ],
    { answer: 'withdrawn' },
  ],
  [
    'a yes after a withdrawal is given',
    [
      { type: 'ConsentWithdrawn', at: 5 },
      { type: 'ConsentGiven', at: 6 },
    ],
    { answer: 'given' },
  ],
  [
    'an import never lifts an earlier no',
    [
      { type: 'ConsentRefused', at: 5 },
      { type: 'ConsentGiven', at: 6, trust: 'imported' },
    ],
    { answer: 'refused' },
  ],
  [
    'an import by its method alone is one',
    [
      { type: 'ConsentRefused', at: 5 },
      { type: 'ConsentGiven', at: 6, data: { method: { kind: 'import' } } },
    ],
    { answer: 'refused' },
  ],
  ['an import stands where nobody answered', [{ type: 'ConsentGiven', at: 6, trust: 'imported' }], { answer: 'given' }],
  ['a request waits', [{ type: 'ConsentRequested', at: 5 }], { answer: 'requested' }],
  [
    'a request does not end a yes in force',
    [
      { type: 'ConsentGiven', at: 4 },
      { type: 'ConsentRequested', at: 5 },
    ],
    { answer: 'given' },
  ],
  [
    'a request after a no waits',
    [
      { type: 'ConsentRefused', at: 4 },
      { type: 'ConsentRequested', at: 5 },
    ],
    { answer: 'requested' },
  ],
  [
    'a request before a no is over',
    [
      { type: 'ConsentRefused', at: 6 },
      { type: 'ConsentRequested', at: 5 },
    ],
    { answer: 'refused' },
  ],
  [
    'a confirmation counts from when it was made',
    [
      { type: 'ConsentRequested', at: 5 },
      { type: 'ConsentConfirmed', at: 5, data: { confirmedAt: minutes(9) } },
    ],
    { answer: 'given', since: start + 9 * 60_000 },
  ],
  [
    'a no between request and confirmation stands',
    [
      { type: 'ConsentRequested', at: 5 },
      { type: 'ConsentWithdrawn', at: 7 },
      { type: 'ConsentConfirmed', at: 5, data: { confirmedAt: minutes(9) } },
    ],
    { answer: 'withdrawn' },
  ],
  [
    'an objection alone leaves the answer unknown',
    [{ type: 'ObjectionRecorded', at: 5 }],
    { answer: 'unknown', objected: true, eventId: null },
  ],
  [
    'an objection stands beside a yes of a browser',
    [
      { type: 'ObjectionRecorded', at: 5 },
      { type: 'ConsentGiven', at: 6, trust: 'publishable' },
    ],
    { answer: 'given', objected: true },
  ],
  [
    'a later yes by the person lifts it',
    [
      { type: 'ObjectionRecorded', at: 5 },
      { type: 'ConsentGiven', at: 6 },
    ],
    { answer: 'given', objected: false },
  ],
  [
    'what a yes lifted stays lifted after a later no',
    [
      { type: 'ConsentGiven', at: 6 },
      { type: 'ConsentRefused', at: 7 },
      { type: 'ObjectionRecorded', at: 5 },
    ],
    { answer: 'refused', objected: false },
  ],
  [
    'an objection at the time of its lift stands',
    [
      { type: 'ObjectionRecorded', at: 5 },
      { type: 'ObjectionLifted', at: 5 },
    ],
    { objected: true },
  ],
  [
    'an objection that was lifted leaves nothing to say',
    [
      { type: 'ObjectionLifted', at: 6 },
      { type: 'ObjectionRecorded', at: 5 },
    ],
    undefined,
  ],
  ['a notice that was shown answers nothing', [{ type: 'NoticeShown', at: 5 }], undefined],
]

for (const [name, told, expected] of rules) {
  test(name, async (t) => {
    const found = await answerTo(t, told)
    if (!expected) return assert.equal(found, undefined)
    assert.partialDeepStrictEqual(found, expected)
  })
}

test('before everything was applied once, every end counts as come', async (t) => {
  assert.equal((await answerTo(t, [{ type: 'ConsentGiven', at: 1, data: { until: minutes(600) } }], null))?.answer, 'expired')
})

const said = (purpose: string, extra: JsonObject = {}): JsonObject => ({ purpose, channels: ['email', 'sms'], ...extra })

test('lists are paged in order, narrowed by purpose, channel and answer, and apart by controller', async (t) => {
  const model = await opened(t)
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

test('a rare answer among many costs a bounded page, and the pages go on to it', async (t) => {
  const model = await opened(t)
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
