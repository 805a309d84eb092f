// Conformance: how far downstream systems are, and how long what they stopped had waited.
import assert from 'node:assert/strict'
import type { Acknowledgement, Acknowledging, ReadModel } from '../port.ts'
import { minutes, subjects, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const word: Acknowledging = { controller: 'campo', recipient: 'mailer', purposes: ['news'], place: { epoch: 7n, n: 5n }, at: 100 }
const said = { recipient: 'mailer', epoch: 7n, n: 5n, at: 100, slowestMs: null }

const tell = (subject: string, type: string, at: number): Told => ({ subject, type, at, recordedAt: minutes(at) })

/** Everybody gives by mail, and withdraws: the first after 10 minutes, the next a minute later each. Answers the places of the stops, behind that of the last yes. */
const stopped = async (model: ReadModel): Promise<{ epoch: bigint; yes: bigint; stops: bigint[] }> => {
  const world = new World(model)
  await world.tell(subjects.map((subject) => tell(subject, 'ConsentGiven', 1)))
  const { epoch, head: yes } = await model.feed()
  for (const [n, subject] of subjects.entries()) await world.tell([tell(subject, 'ConsentWithdrawn', 10 + n)])
  const rows = await model.verdicts({ controller: 'campo', purpose: 'news', channel: 'email', subjectIds: subjects })
  return { epoch, yes, stops: rows.map((row) => row?.stopped?.n ?? -1n) }
}

export const recipientTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'an acknowledgement stands until one of the same place or a later one', async ({ opened }) => {
    const model = await opened()
    assert.deepEqual(await model.acknowledgements('campo'), [])
    assert.deepEqual(await model.acknowledge(word), said)
    await model.acknowledge({ ...word, recipient: 'agency', place: { epoch: 7n, n: 1n } })
    await model.acknowledge({ ...word, controller: 'other', place: { epoch: 7n, n: 9n } })
    for (const place of [
      { epoch: 7n, n: 4n },
      { epoch: 6n, n: 50n },
    ])
      assert.deepEqual(await model.acknowledge({ ...word, place, at: 200 }), said)
    assert.deepEqual(await model.acknowledgements('campo'), [{ ...said, recipient: 'agency', n: 1n }, said])
    assert.deepEqual(await model.acknowledge({ ...word, at: 300 }), { ...said, at: 300 })
    const anew = { epoch: 8n, n: 0n }
    assert.deepEqual(await model.acknowledge({ ...word, place: anew, at: 400 }), { ...said, ...anew, at: 400 })
    assert.deepEqual((await model.acknowledgements('campo'))[1], { ...said, ...anew, at: 400 })
  })

  withPlace(newPlace, 'what a recipient said outlives a rebuild, for nobody says it again', async ({ opened }) => {
    const model = await opened()
    const far = { epoch: 7n, n: 2n ** 60n + 1n }
    await model.acknowledge({ ...word, place: far })
    await model.reset()
    assert.deepEqual(await model.acknowledgements('campo'), [{ ...said, ...far }])
  })

  withPlace(
    newPlace,
    'it tells how long the slowest stop waited that it covers, and keeps that where it covers none',
    async ({ opened }) => {
      const model = await opened()
      const { epoch, yes, stops } = await stopped(model)
      const [first = 0n, second = 0n] = stops
      const slowest = async (n: bigint, at: number) =>
        (await model.acknowledge({ ...word, place: { epoch, n }, at: minutes(at) })).slowestMs
      assert.equal(await slowest(yes, 15), null)
      assert.equal(await slowest(first, 25), minutes(25) - minutes(10))
      assert.equal(await slowest(first, 90), minutes(25) - minutes(10))
      assert.equal(await slowest(second, 95), minutes(95) - minutes(11))
      // A new epoch tells them again: they wait since the last word, no longer.
      await model.newEpoch()
      const anew = { epoch: (await model.feed()).epoch, n: second }
      assert.equal((await model.acknowledge({ ...word, place: anew, at: minutes(98) })).slowestMs, minutes(98) - minutes(95))
    },
  )

  withPlace(newPlace, 'of several words at once none is lost, and the furthest stands', async ({ opened }) => {
    const models = [await opened(), await opened(), await opened()]
    const [model] = models
    assert.ok(model)
    const { epoch, stops } = await stopped(model)
    const waited = [10, 11, 12].map((at) => minutes(30) - minutes(at))
    for (let round = 0; round < 20; round++) {
      const recipient = `r${round}`
      // Whichever comes first, each stop is covered by the one word that first went beyond it.
      const said = models.map((one, at) => one.acknowledge({ ...word, recipient, place: { epoch, n: stops[at] ?? 0n }, at: minutes(30) }))
      const told = (await Promise.all(said)).map(({ slowestMs }) => slowestMs ?? -1)
      assert.ok(told.includes(Math.max(...waited)))
      const last: Acknowledgement | undefined = (await model.acknowledgements('campo')).find((one) => one.recipient === recipient)
      assert.deepEqual([last?.n, last?.at], [stops[2], minutes(30)])
      assert.ok(last && told.includes(last.slowestMs ?? -1) && told.every((ms) => waited.includes(ms)))
    }
  })
}
