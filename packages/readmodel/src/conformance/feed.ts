// Conformance: what makes a change of the feed, how changes are ordered, and how an epoch ends.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { EligibilityRow, ReadModel } from '../port.ts'
import { anna, bea, histories, instant, minutes, subjects, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const all = async (model: ReadModel): Promise<EligibilityRow[]> => (await model.changes({ after: 0n, limit: 1000 })).rows
const linked: Told = { type: 'IdentityLinked', at: 9, data: { linkId: 'a', scheme: 'cookie', kind: 'device', commitment: 'a' } }

export const feedTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'the feed holds marketing purposes only, each key once, at the place of its last change', async ({ opened }) => {
    const model = await opened()
    assert.equal((await model.feed()).head, 0n)
    const world = new World(model)
    await world.tell([
      { subject: anna, type: 'ConsentGiven', at: 1, data: { channels: ['email', 'sms'] } },
      { subject: bea, type: 'ConsentGiven', at: 1, data: { purpose: 'stats' } },
    ])
    assert.equal((await model.feed()).head, 2n)
    await world.tell([{ subject: anna, type: 'ConsentWithdrawn', at: 2, data: { channels: ['email'] } }])
    assert.equal((await model.feed()).head, 3n)
    assert.deepEqual(
      (await all(model)).map(({ channel, reason, n }) => [channel, reason, n]),
      [
        ['sms', 'CONSENT_GIVEN', 2n],
        ['email', 'CONSENT_WITHDRAWN', 3n],
      ],
    )
  })

  withPlace(newPlace, 'what changes no verdict has no place in it, and changes no line of it', async ({ opened, rows }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([{ type: 'ConsentGiven', at: 1 }])
    const before = await all(model)
    await world.tell([{ type: 'NoticeShown', at: 2 }])
    await world.tell([{ type: 'ConsentGiven', at: 3, data: { purpose: 'stats' } }])
    await model.applyJudged([world.judged(anna, { causeAt: minutes(50) })])
    assert.deepEqual(await all(model), before)
    const same = await rows()
    await model.applyJudged([world.judged(anna, { causeAt: minutes(51) })])
    assert.deepEqual(await rows(), same)
  })

  withPlace(newPlace, 'a link is told for each key of its subject, although no verdict changed', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([
      { subject: anna, type: 'ConsentGiven', at: 1, data: { channels: ['email', 'sms'] } },
      { subject: anna, type: 'ConsentGiven', at: 1, data: { purpose: 'stats' } },
      { subject: bea, type: 'ConsentGiven', at: 1 },
    ])
    const { head } = await model.feed()
    await world.tell([linked])
    const { rows } = await model.changes({ after: head, limit: 10 })
    assert.deepEqual(
      rows.map(({ subjectId, purpose, channel, allowed, revision }) => [subjectId, purpose, channel, allowed, revision]),
      [
        [anna, 'news', 'email', true, 2n],
        [anna, 'news', 'sms', true, 2n],
      ],
    )
    // The same again, with no event behind it, is later all the same.
    await model.applyJudged([world.judged(anna, { announce: true })])
    const again = await model.changes({ after: head + 2n, limit: 10 })
    assert.deepEqual(
      again.rows.map(({ effectiveAt }) => effectiveAt),
      rows.map(({ effectiveAt }) => effectiveAt + 1),
    )
  })

  withPlace(newPlace, 'each change of a key has a higher revision, or the same and a later time', async ({ opened }) => {
    const model = await opened()
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.constantFrom(...subjects)), async (told, announced) => {
        await model.reset()
        const world = new World(model)
        world.clock = minutes(1)
        const seen = new Map<string, EligibilityRow>()
        const look = async (): Promise<void> => {
          for (const row of await all(model)) {
            const key = `${row.subjectId} ${row.purpose} ${row.channel}`
            const last = seen.get(key)
            if (last && row.n !== last.n) {
              assert.ok(row.n !== null && last.n !== null && row.n > last.n)
              assert.ok(row.revision > last.revision || (row.revision === last.revision && row.effectiveAt > last.effectiveAt))
            } else if (last) assert.deepEqual([row.revision, row.effectiveAt, row.reason], [last.revision, last.effectiveAt, last.reason])
            seen.set(key, row)
          }
        }
        for (const one of told) {
          await world.tell([one])
          await look()
        }
        for (const after of [2, 4, 8, 16]) {
          await world.pass(minutes(after))
          await look()
          await model.applyJudged(announced.map((subjectId) => world.judged(subjectId, { announce: true })))
          await look()
        }
      }),
      { numRuns: 30 },
    )
  })

  withPlace(newPlace, 'a new epoch keeps the rows, and a rebuild begins one without any', async ({ opened }) => {
    const [model, other] = [await opened(), await opened()]
    const world = new World(model)
    await world.tell([{ type: 'ConsentGiven', at: 1, data: { until: instant(90) } }])
    const before = await all(model)
    const first = await model.feed()
    assert.ok(first.epoch > 1_700_000_000_000n, 'an epoch is later than any of a read model that was deleted')
    await model.newEpoch()
    const second = await other.feed()
    assert.ok(second.epoch > first.epoch)
    assert.equal(second.head, first.head)
    assert.deepEqual(await all(other), before)
    await other.reset()
    const third = await model.feed()
    assert.ok(third.epoch > second.epoch)
    assert.equal(third.head, 0n)
    assert.deepEqual(await model.changes({ after: 0n, limit: 10 }), { ...third, rows: [], next: 0n, asOf: null })
  })

  withPlace(
    newPlace,
    'a place in the feed is handed out once, also where a power cut took back what was told',
    async ({ opened, meddle }) => {
      const model = await opened()
      const world = new World(model)
      await world.tell([{ type: 'ConsentGiven', at: 1 }])
      const announce = async (by: ReadModel): Promise<bigint> => {
        await by.checkpoint()
        await by.applyJudged([world.judged(anna, { announce: true })])
        return (await by.feed()).head
      }
      for (const next of [model, await opened(), await opened(), model]) {
        const kept = await announce(next)
        const takeBack = () => meddle(`update eligibility set n = null; update meta set feed_n = ${kept}`)
        const told = await announce(next)
        await takeBack()
        assert.ok((await announce(await opened())) > told)
        await takeBack()
        assert.ok((await announce(next)) > told)
      }
    },
  )

  withPlace(
    newPlace,
    'a place in the feed is handed out once, also where a copy of hours ago was put back in its place',
    async ({ opened, meddle }) => {
      const world = new World(await opened())
      await world.tell([{ type: 'ConsentGiven', at: 1 }])
      const announce = async (): Promise<bigint> => {
        const model = await opened()
        await model.applyJudged([world.judged(anna, { announce: true })])
        return (await model.feed()).head
      }
      const anHourGoesBy = () => meddle('update meta set epoch = epoch - 3600000')
      const copied = await announce()
      await anHourGoesBy()
      // A catalogue that changed had everybody judged again: more changes than a power cut can take back.
      await meddle(`update meta set feed_n = ${copied + (1n << 24n)}`)
      const told = await announce()
      await anHourGoesBy()
      await meddle(`update eligibility set n = null; update meta set feed_n = ${copied}`)
      assert.ok((await announce()) > told)
    },
  )

  withPlace(newPlace, 'an epoch is later than the one before, whatever the clock of the database says', async ({ opened, meddle }) => {
    const model = await opened()
    const far = 2n ** 52n
    await meddle(`update meta set epoch = ${far}`)
    await model.newEpoch()
    assert.equal((await model.feed()).epoch, far + 1n)
    await model.reset()
    assert.equal((await model.feed()).epoch, far + 2n)
  })
}
