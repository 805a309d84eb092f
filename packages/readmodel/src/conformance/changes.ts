// Conformance: whoever reads the changes, page by page, misses none, whoever writes meanwhile.
import assert from 'node:assert/strict'
import { LedgerError } from '@consent-ledger/domain'
import type { ChangesAsked, EligibilityRow, ReadModel } from '../port.ts'
import { anna, bea, carl, subjects, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const key = ({ subjectId, purpose, channel }: EligibilityRow): string => `${subjectId} ${purpose} ${channel}`

const unlessMoved = (error: unknown): number => {
  if (error instanceof LedgerError && error.code === 'CHECKPOINT_MOVED') return 0
  throw error
}

/** All pages up to the head. */
const pages = async (model: ReadModel, asked: ChangesAsked): Promise<EligibilityRow[]> => {
  const rows: EligibilityRow[] = []
  const { head } = await model.feed()
  const end = asked.to ?? head
  for (let after = asked.after; after < end;) {
    const page = await model.changes({ ...asked, after })
    assert.ok(page.rows.length <= asked.limit)
    assert.ok(page.next > after, 'a page goes on')
    rows.push(...page.rows)
    after = page.next
  }
  return rows
}

const both = ['email', 'sms']
const said = (subject: string, purpose: string, type = 'ConsentGiven'): Told => ({
  subject,
  type,
  at: 1,
  data: { purpose, channels: both, controller: subject === stranger ? 'other' : 'campo' },
})
/** Of another controller. */
const stranger = '5'.repeat(32)
const told = [...subjects.flatMap((subject) => [said(subject, 'news'), said(subject, 'ads')]), said(stranger, 'news')]

export const changesTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'changes are paged in their order, from any place to any other', async ({ opened }) => {
    const model = await opened()
    await new World(model).tell(told, 50)
    const all = await pages(model, { after: 0n, limit: 1000 })
    assert.deepEqual(
      all.map(({ n }) => n),
      Array.from({ length: 14 }, (_, n) => BigInt(n + 1)),
    )
    for (const limit of [1, 3, 14]) assert.deepEqual(await pages(model, { after: 0n, limit }), all)
    assert.deepEqual(await pages(model, { after: 2n, to: 5n, limit: 2 }), all.slice(2, 5))
    assert.partialDeepStrictEqual(await model.changes({ after: 14n, limit: 5 }), { rows: [], next: 14n })
    assert.partialDeepStrictEqual(await model.changes({ after: 4n, to: 4n, limit: 5 }), { rows: [], next: 4n })
  })

  withPlace(newPlace, 'changes are narrowed by controller, purpose and channel', async ({ opened }) => {
    const model = await opened()
    await new World(model).tell(told, 50)
    const whose = async (asked: Partial<ChangesAsked>) =>
      (await pages(model, { after: 0n, limit: 2, ...asked })).map(({ subjectId, purpose, channel }) => [subjectId, purpose, channel])
    assert.deepEqual(
      await whose({ controller: 'campo', purpose: 'ads' }),
      subjects.flatMap((subject) => both.map((channel) => [subject, 'ads', channel])),
    )
    assert.deepEqual(
      await whose({ controller: 'other' }),
      both.map((channel) => [stranger, 'news', channel]),
    )
    assert.deepEqual(
      await whose({ controller: 'campo', channel: 'sms' }),
      subjects.flatMap((subject) => ['news', 'ads'].map((purpose) => [subject, purpose, 'sms'])),
    )
    assert.deepEqual(await whose({ purpose: 'none' }), [])
  })

  withPlace(newPlace, 'a rare purpose among many costs bounded pages, and they go on to it', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    const many = Array.from({ length: 5_100 }, (_, n): Told => said(n.toString(16).padStart(32, '0'), n === 5_099 ? 'ads' : 'news'))
    await world.tell(many, 2000)
    const asked = { controller: 'campo', purpose: 'ads', after: 0n, limit: 10 }
    const first = await model.changes(asked)
    assert.deepEqual(first.rows, [])
    assert.ok(first.next > 0n && first.next < 10_200n)
    assert.equal((await pages(model, asked)).length, 2)
  })

  withPlace(
    newPlace,
    'a reader beside several writers sees every key as it came to be, and no place before an earlier one',
    async ({ opened }) => {
      const [one, two, reading] = [await opened(), await opened(), await opened()]
      const world = new World(one)
      await world.tell(told)
      const seen = new Map<string, EligibilityRow>()
      const writers = { busy: true }
      const read = async (): Promise<void> => {
        for (let after = 0n; writers.busy || after < (await reading.feed()).head;) {
          const page = await reading.changes({ after, limit: 3 })
          for (const row of page.rows) {
            assert.ok(row.n !== null && row.n > after)
            seen.set(key(row), row)
          }
          after = page.next
        }
      }
      // The other projector moves the checkpoint: then this one learns where it is, and tries again.
      const announcing = async (model: ReadModel, subjectId: string): Promise<void> => {
        for (let told = 0; told < 20;) {
          await model.checkpoint()
          told += await model.applyJudged([world.judged(subjectId, { announce: true })]).then(() => 1, unlessMoved)
        }
      }
      const following = async (): Promise<void> => {
        for (let round = 0; round < 20; round++)
          for (const type of ['ConsentWithdrawn', 'ConsentGiven']) await world.tell([said(carl, 'news', type)])
      }
      const write = async (): Promise<void> => {
        await Promise.all([announcing(two, anna), announcing(one, bea), following()])
        writers.busy = false
      }
      await Promise.all([read(), write()])
      const last = await pages(reading, { after: 0n, limit: 100 })
      assert.deepEqual(
        [...seen.values()].toSorted((a, b) => Number((a.n ?? 0n) - (b.n ?? 0n))),
        last,
      )
      assert.equal(new Set(last.map(({ n }) => n)).size, last.length)
    },
  )
}
