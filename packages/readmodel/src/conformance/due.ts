// Conformance: time is an event. What comes due is told in its order, also after a long sleep.
import assert from 'node:assert/strict'
import { anna, bea, carl, instant, minutes } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const yes = (subject: string, until: number, purpose = 'news') => ({
  subject,
  type: 'ConsentGiven',
  at: 0,
  data: { until: instant(until), purpose, channels: ['email', 'sms'] },
})

export const dueTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'subjects come due when their time has come, the earliest first, each once', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    world.clock = minutes(1)
    await world.tell([yes(anna, 9), yes(anna, 5, 'ads'), yes(bea, 7), yes(carl, 20)])
    assert.deepEqual(await model.due(minutes(5) - 1, 10), [])
    assert.deepEqual(await model.due(minutes(5), 10), [{ controller: 'campo', subjectId: anna, dueAt: minutes(5) }])
    assert.deepEqual(await model.due(minutes(19), 10), [
      { controller: 'campo', subjectId: anna, dueAt: minutes(5) },
      { controller: 'campo', subjectId: bea, dueAt: minutes(7) },
    ])
    assert.equal((await model.due(minutes(30), 1)).length, 1)
  })

  withPlace(newPlace, 'after a day away each change comes once, in the order of the times at which it fell due', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    world.clock = minutes(1)
    await world.tell([yes(anna, 9), yes(anna, 5, 'ads'), yes(bea, 7)])
    const { head } = await model.feed()
    assert.equal(await world.pass(minutes(24 * 60)), 3)
    const { rows } = await model.changes({ after: head, channel: 'email', limit: 10 })
    assert.deepEqual(
      rows.map(({ subjectId, purpose, reason, effectiveAt }) => [subjectId, purpose, reason, effectiveAt]),
      [
        [anna, 'ads', 'CONSENT_EXPIRED', minutes(5)],
        [bea, 'news', 'CONSENT_EXPIRED', minutes(7)],
        [anna, 'news', 'CONSENT_EXPIRED', minutes(9)],
      ],
    )
    assert.equal(await world.pass(minutes(25 * 60)), 0)
    assert.equal((await model.feed()).head, head + 6n)
  })

  withPlace(newPlace, 'a limit holds however many purposes of one subject come due together', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    world.clock = minutes(1)
    const many = Array.from({ length: 40 }, (_, n) => yes(anna, 5, `p${n}`))
    await world.tell([...many, yes(bea, 6), yes(carl, 7)], 50)
    assert.deepEqual(await model.due(minutes(9), 1), [{ controller: 'campo', subjectId: anna, dueAt: minutes(5) }])
    assert.equal(await world.pass(minutes(9)), 3)
  })
}
