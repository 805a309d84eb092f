// Conformance: a group of events and its checkpoint are applied both or neither.
import assert from 'node:assert/strict'
import { isPassing } from '@consent-ledger/domain'
import { applyAll, nothing, withPlace, type NewPlace } from './setting.ts'
import { idOf, recorded } from './history.ts'
import type { Told } from './history.ts'

const five: Told[] = [0, 1, 2, 3, 4].map((at) => ({
  type: at % 2 === 0 ? 'ConsentGiven' : 'ConsentRefused',
  at,
  data: { purpose: `p${at}` },
}))
const events = recorded(five)

export const applyTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'a group that fails in its middle leaves nothing, and is applied whole afterwards', async (place) => {
    const model = await place.opened()
    const allow = await place.refuse(idOf('event 2'))
    await assert.rejects(model.apply(events, 4n), (error) => !isPassing(error))
    assert.deepEqual(await place.rows(), nothing)
    assert.equal(await model.checkpoint(), -1n)
    await allow()
    await model.apply(events, 4n)
    assert.equal(await model.checkpoint(), 4n)
    assert.equal((await model.listAnswers({ controller: 'campo', limit: 100 })).answers.length, 5)
  })

  withPlace(newPlace, 'an event that is none stops the whole group', async ({ opened, rows }) => {
    const model = await opened()
    const wrong = recorded([...five, { type: 'ConsentGiven', at: 6, data: { orderAt: 'never' } }])
    // Nothing that the same call later would do any better.
    await assert.rejects(model.apply(wrong, 5n), (error) => !isPassing(error))
    assert.deepEqual(await rows(), nothing)
    await assert.rejects(model.apply(recorded([...five, { subject: 'anna', type: 'ConsentGiven', at: 6 }]), 5n), { code: 'INTEGRITY' })
    assert.deepEqual(await rows(), nothing)
    assert.equal(await model.checkpoint(), -1n)
  })

  withPlace(newPlace, 'events out of their global order are refused', async ({ opened }) => {
    const model = await opened()
    await assert.rejects(model.apply(events.toReversed(), 4n), { code: 'INTEGRITY' })
    await assert.rejects(model.apply(events, 3n), { code: 'INTEGRITY' })
    await model.apply(events.slice(0, 2), 1n)
    await assert.rejects(model.apply(events, 4n), { code: 'INTEGRITY' })
    assert.equal(await model.checkpoint(), 1n)
  })

  withPlace(newPlace, 'positions and revisions beyond what a double can hold stay exact', async ({ opened }) => {
    const model = await opened()
    const far = 2n ** 60n + 1n
    const [event] = recorded([{ type: 'ConsentGiven', at: 0 }])
    assert.ok(event)
    await model.apply([{ ...event, position: far, revision: far + 2n }], far)
    assert.deepEqual(await (await opened()).progress(), { checkpoint: far, asOf: null })
    const { answers } = await model.listAnswers({ controller: 'campo', limit: 1 })
    assert.equal(answers[0]?.revision, far + 2n)
    await model.apply([{ ...event, position: far + 1n }], far + 1n)
    assert.equal(await model.checkpoint(), far + 1n)
  })

  withPlace(newPlace, 'what is applied and what is asked survive a restart', async ({ opened, rows }) => {
    const first = await opened()
    await applyAll(first, events)
    await first.noteAsOf(1_795_000_000_000)
    const before = await rows()
    await first.close()
    await assert.rejects(first.progress(), { code: 'STORE_UNAVAILABLE' })
    await assert.rejects(first.apply([], 5n), { code: 'STORE_UNAVAILABLE' })
    const again = await opened()
    assert.deepEqual(await again.progress(), { checkpoint: 4n, asOf: 1_795_000_000_000 })
    assert.deepEqual(await rows(), before)
  })
}
