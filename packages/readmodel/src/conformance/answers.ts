// Conformance: which answer counts, rule by rule.
import assert from 'node:assert/strict'
import { iso } from '@consent-ledger/domain'
import type { CurrentAnswer, ReadModel } from '../port.ts'
import { applyAll, withPlace, type NewPlace } from './setting.ts'
import { recorded, start } from './history.ts'
import type { Told } from './history.ts'

const asOf = start + 60 * 60_000
const minutes = (at: number): string => iso(start + at * 60_000)

const answerTo = async (model: ReadModel, told: Told[], at: number | null = asOf): Promise<CurrentAnswer | undefined> => {
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

export const answerTests = (newPlace: NewPlace): void => {
  for (const [name, told, expected] of rules) {
    withPlace(newPlace, name, async ({ opened }) => {
      const found = await answerTo(await opened(), told)
      if (!expected) return assert.equal(found, undefined)
      assert.partialDeepStrictEqual(found, expected)
    })
  }

  withPlace(newPlace, 'before everything was applied once, every end counts as come', async ({ opened }) => {
    const found = await answerTo(await opened(), [{ type: 'ConsentGiven', at: 1, data: { until: minutes(600) } }], null)
    assert.equal(found?.answer, 'expired')
  })
}
