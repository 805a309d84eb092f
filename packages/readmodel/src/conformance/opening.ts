// Conformance: what is another's, too new or damaged is refused by name; what is not there is made once.
import assert from 'node:assert/strict'
import { withPlace, type NewPlace, type Setting } from './setting.ts'
import { World } from './world.ts'

const filled = async ({ opened }: Setting): Promise<void> => {
  const model = await opened()
  await new World(model).tell([0, 1, 2].map((at) => ({ type: 'ConsentGiven', at })))
  await model.close()
}

export const openingTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'a new one stands before the first event, also if several make it at once', async ({ opened }) => {
    const models = await Promise.all([1, 2, 3, 4].map(() => opened()))
    for (const model of models) assert.deepEqual(await model.progress(), { checkpoint: -1n, asOf: null })
  })

  withPlace(newPlace, 'what does not say whose it is is damaged', async (place) => {
    await filled(place)
    await place.meddle('delete from meta')
    await assert.rejects(place.opened(), { code: 'DATA_CORRUPT', message: /which ledger/ })
  })

  withPlace(newPlace, 'one whose word is lost while it is open is damaged', async ({ opened, meddle }) => {
    const model = await opened()
    await meddle('delete from meta')
    await assert.rejects(model.checkpoint(), { code: 'DATA_CORRUPT', message: /rebuilt/ })
    await assert.rejects(model.feed(), { code: 'DATA_CORRUPT' })
    await assert.rejects(model.applyJudged([]), { code: 'DATA_CORRUPT' })
  })

  withPlace(newPlace, 'the read model of another ledger is refused, and left as it was', async (place) => {
    await filled(place)
    const rows = await place.rows()
    await assert.rejects(place.opened('00000000-0000-4000-8000-000000000000'), { code: 'DATA_FOREIGN', message: /another ledger/ })
    assert.deepEqual(await place.rows(), rows)
    assert.equal(await (await place.opened()).checkpoint(), 2n)
  })

  withPlace(newPlace, 'the tables of another program are refused', async (place) => {
    const model = await place.opened()
    await model.close()
    await place.meddle('alter table meta rename to recipes')
    await assert.rejects(place.opened(), { code: 'DATA_FOREIGN', message: /another program/ })
  })

  withPlace(newPlace, 'a newer schema is refused', async (place) => {
    await filled(place)
    await place.meddle('update meta set schema_version = 1000')
    await assert.rejects(place.opened(), { code: 'DATA_TOO_NEW', message: /version 1000/ })
  })
}
