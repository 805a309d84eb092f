// Conformance: of several that apply, one wins each time, and the others are told.
import assert from 'node:assert/strict'
import { LedgerError } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { ReadModel } from '../port.ts'
import { recorded, subjects } from './history.ts'
import { nothing, stateOf, withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const events = recorded(Array.from({ length: 200 }, (_, n) => ({ subject: subjects[n % 3] ?? '', type: 'ConsentGiven', at: n })))

/** Applies the rest in groups of `size`; whenever another was first, goes on from where that one came. Answers how often it was. */
const race = async (model: ReadModel, all: readonly RecordedEvent[], size: number): Promise<number> => {
  const world = new World(model)
  let lost = 0
  for (;;) {
    const at = await model.checkpoint()
    world.group(all.filter(({ position }) => position <= at))
    const rest = all.filter(({ position }) => position > at)
    if (rest.length === 0) return lost
    try {
      await world.apply(rest, size)
    } catch (error) {
      if (!(error instanceof LedgerError && error.code === 'CHECKPOINT_MOVED')) throw error
      lost++
    }
  }
}

export const projectorTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'of two projectors the second is told and writes nothing', async ({ opened, rows }) => {
    const [one, two] = [await opened(), await opened()]
    const [first, second] = [new World(one), new World(two)]
    await one.apply(first.group(events.slice(0, 3)), 2n)
    const before = await rows()
    await assert.rejects(two.apply(second.group(events.slice(0, 5)), 4n), { code: 'CHECKPOINT_MOVED' })
    await assert.rejects(two.noteAsOf(1), { code: 'CHECKPOINT_MOVED' })
    await assert.rejects(two.applyJudged(second.group(events.slice(0, 3)).subjects), { code: 'CHECKPOINT_MOVED' })
    assert.deepEqual(await rows(), before)
    assert.deepEqual(await one.progress(), { checkpoint: 2n, asOf: null })
    // Having asked, it may go on: that is how a follower starts.
    assert.equal(await two.checkpoint(), 2n)
    await two.apply(second.group(events.slice(3, 5)), 4n)
    await assert.rejects(one.apply(first.group(events.slice(3, 5)), 4n), { code: 'CHECKPOINT_MOVED' })
  })

  withPlace(newPlace, 'projectors that race apply every event once', async ({ opened, rows }) => {
    const models = [await opened(), await opened(), await opened()]
    const lost = await Promise.all(models.map((model, n) => race(model, events, n + 2)))
    assert.ok(
      lost.some((times) => times > 0),
      'they did race',
    )
    const [first] = models
    assert.ok(first)
    assert.equal(await first.checkpoint(), 199n)
    assert.deepEqual(
      (await first.activity({ controller: 'campo' })).map(({ count }) => count),
      [200],
    )
    const raced = stateOf(await rows())
    await first.reset()
    await new World(first).apply(events, 200)
    assert.deepEqual(stateOf(await rows()), raced)
  })

  withPlace(newPlace, 'a rebuild by another is met as a checkpoint that moved, and followed from there', async ({ opened, rows }) => {
    const [projector, reports] = [await opened(), await opened()]
    const world = new World(projector)
    await projector.apply(world.group(events.slice(0, 50)), 49n)
    await projector.noteAsOf(1)
    await reports.reset()
    assert.deepEqual(await projector.progress(), { checkpoint: -1n, asOf: null })
    assert.deepEqual(await rows(), nothing)
    await assert.rejects(projector.noteAsOf(2), { code: 'CHECKPOINT_MOVED' })
    await assert.rejects(projector.apply(world.group(events.slice(50, 60)), 59n), { code: 'CHECKPOINT_MOVED' })
    assert.deepEqual(await rows(), nothing)
    assert.equal(await projector.checkpoint(), -1n)
    await projector.apply(world.group(events), 199n)
    assert.deepEqual(await reports.progress(), { checkpoint: 199n, asOf: null })
  })

  withPlace(newPlace, 'what one object writes never meets what it wrote itself', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    const groups = [0, 50, 100, 150].map((from) => events.slice(from, from + 50))
    await Promise.all(groups.flatMap((group, n) => [model.apply(world.group(group), group.at(-1)?.position ?? -1n), model.noteAsOf(n)]))
    assert.deepEqual(await model.progress(), { checkpoint: 199n, asOf: 3 })
  })
}
