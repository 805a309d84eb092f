// Conformance: what becomes a row, what it says, and what never changes one.
import assert from 'node:assert/strict'
import type { EligibilityRow, ReadModel } from '../port.ts'
import { anna, bea, carl, idOf, instant, minutes, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { published, World } from './world.ts'

const mailOf = async (model: ReadModel, subjectId: string, purpose = 'news'): Promise<EligibilityRow | null> =>
  (await model.verdicts({ controller: 'campo', purpose, channel: 'email', subjectIds: [subjectId] }))[0] ?? null

const rules: [name: string, told: Told[], Partial<EligibilityRow>][] = [
  [
    'a yes',
    [{ type: 'ConsentGiven', at: 1, data: { until: instant(90), notice: { id: 'form', version: 1, language: 'fr' } } }],
    {
      allowed: true, reason: 'CONSENT_GIVEN', until: minutes(90), basis: 'consent', eventId: idOf('event 0'), state: 'given', since: minutes(1),
      stateUntil: minutes(90), objection: null, notice: { id: 'form', version: 1, language: 'fr' }, site: 'campo-fr', answerEventId: idOf('event 0'),
      answerRevision: 0n, dueAt: minutes(90), marketing: true, revision: 0n, n: 1n,
    },
  ],
  [
    'a yes whose end has come',
    [{ type: 'ConsentGiven', at: 1, data: { until: instant(60) } }],
    { allowed: false, reason: 'CONSENT_EXPIRED', until: null, state: 'expired', since: minutes(60), effectiveAt: minutes(60), dueAt: null },
  ],
  [
    'a no after a yes',
    [
      { type: 'ConsentGiven', at: 1 },
      { type: 'ConsentWithdrawn', at: 2 },
    ],
    { allowed: false, reason: 'CONSENT_WITHDRAWN', eventId: idOf('event 1'), state: 'withdrawn', answerRevision: 1n, revision: 1n, n: 1n },
  ],
  [
    'an objection alone',
    [{ type: 'ObjectionRecorded', at: 5 }],
    { allowed: false, reason: 'OBJECTED', state: 'unknown', objection: { eventId: idOf('event 0'), since: minutes(5) }, answerEventId: null, answerRevision: null, site: null },
  ],
  [
    'an objection beside a yes of a browser',
    [
      { type: 'ObjectionRecorded', at: 5 },
      { type: 'ConsentGiven', at: 6, trust: 'publishable' },
    ],
    { allowed: false, reason: 'OBJECTED', eventId: idOf('event 0'), state: 'given', answerEventId: idOf('event 1') },
  ],
  [
    'an erasure',
    [
      { type: 'ConsentGiven', at: 1 },
      { type: 'SubjectErased', at: 2 },
    ],
    { allowed: false, reason: 'ERASED', eventId: idOf('event 1') },
  ],
] // prettier-ignore

export const rowTests = (newPlace: NewPlace): void => {
  for (const [name, told, expected] of rules)
    withPlace(newPlace, `${name}: its row says so`, async ({ opened }) => {
      const model = await opened()
      await new World(model).tell(told)
      assert.partialDeepStrictEqual(await mailOf(model, anna), {
        controller: 'campo',
        subjectId: anna,
        purpose: 'news',
        channel: 'email',
        ...expected,
      })
    })

  withPlace(newPlace, 'verdicts come in the order in which they are asked for, with null where there is no row', async ({ opened }) => {
    const model = await opened()
    await new World(model).tell([
      { subject: bea, type: 'ConsentGiven', at: 1 },
      { subject: anna, type: 'ConsentRefused', at: 1 },
      { subject: carl, type: 'ConsentGiven', at: 1, data: { channels: ['sms'], purpose: 'ads' } },
    ])
    const strangers = Array.from({ length: 1000 }, (_, n) => n.toString(16).padStart(32, 'e'))
    const subjectIds = [bea, ...strangers, anna, bea]
    const verdicts = await model.verdicts({ controller: 'campo', purpose: 'news', channel: 'email', subjectIds })
    assert.deepEqual(
      verdicts.map((row) => row && row.subjectId),
      [bea, ...strangers.map(() => null), anna, bea],
    )
    assert.deepEqual(await model.verdicts({ controller: 'other', purpose: 'news', channel: 'email', subjectIds: [bea] }), [null])
    assert.deepEqual(await model.verdicts({ controller: 'campo', purpose: 'news', channel: 'email', subjectIds: [] }), [])
  })

  withPlace(newPlace, 'what nobody said anything about has no row, and none is taken away', async ({ opened, rows }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([{ type: 'NoticeShown', at: 1 }])
    assert.deepEqual((await rows()).eligibility, [])
    assert.deepEqual(await model.subjectsAfter('campo', null, 10), [anna])
    const [objection] = await world.tell([{ type: 'ObjectionRecorded', at: 5 }])
    await world.tell([{ type: 'ObjectionLifted', at: 6, data: { objections: [objection?.id ?? ''], by: 'dpo' } }])
    assert.partialDeepStrictEqual(await mailOf(model, anna), { allowed: false, reason: 'NO_CONSENT', objection: null, state: 'unknown' })
    assert.deepEqual((await model.listAnswers({ controller: 'campo', limit: 10 })).answers, [])
  })

  withPlace(newPlace, 'a judgement by fewer events than were judged before changes nothing', async ({ opened, rows }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([{ type: 'ConsentGiven', at: 1 }])
    const early = world.judged(anna)
    await world.tell([{ type: 'ConsentWithdrawn', at: 2 }])
    // Says nothing about the key, but the subject was judged by it.
    await world.tell([{ type: 'NoticeShown', at: 3 }])
    const before = await rows()
    await model.applyJudged([early, { ...early, announce: true }, { ...early, revision: 1n }])
    assert.deepEqual(await rows(), before)
    await model.applyJudged([world.judged(anna)])
    assert.deepEqual(await rows(), before)
  })

  withPlace(newPlace, 'a subject that is judged twice in a group stands as it was judged last', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    const [first, second] = [
      { type: 'ConsentGiven', at: 1 },
      { type: 'ConsentWithdrawn', at: 2 },
    ].map((told) => {
      world.group(world.record([told]))
      return world.judged(anna)
    })
    assert.ok(first && second)
    await model.applyJudged([first, second, first])
    assert.partialDeepStrictEqual(await mailOf(model, anna), { reason: 'CONSENT_WITHDRAWN', revision: 1n, n: 3n })
    assert.equal((await model.feed()).head, 4n)
  })

  withPlace(newPlace, 'a purpose that comes to be for marketing comes into the feed', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([{ type: 'ConsentGiven', at: 1, data: { purpose: 'stats' } }])
    assert.partialDeepStrictEqual(await mailOf(model, anna, 'stats'), {
      allowed: false,
      reason: 'NOT_MARKETING',
      marketing: false,
      n: null,
    })
    await world.tell([published('stats', { version: 2, marketing: true })])
    await world.fanOut()
    assert.partialDeepStrictEqual(await mailOf(model, anna, 'stats'), { allowed: true, reason: 'CONSENT_GIVEN', marketing: true, n: 1n })
  })
}
