// A consumer group named as a recipient acknowledges by its offsets: which place in the feed they stand for, and how long the stops before it took.
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { catalogueAggregate, type Catalogue } from '@consent-ledger/domain'
import { fold } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { Marks } from '../src/feed/marks.ts'
import { Broker, feeding, judge, now, openedRows } from './feedScene.ts'
import { catalogue, publish, purpose } from './history.ts'

const committed = (...offsets: number[]): ReadonlyMap<number, bigint> =>
  new Map(offsets.map((offset, partition) => [partition, BigInt(offset)]))

describe('a mark', () => {
  it('is passed by whoever has committed everything before it, in every partition', () => {
    const marks = new Marks(0n, [0n, 0n])
    marks.stored(0, 5n)
    marks.reached(10n)
    marks.stored(1, 3n)
    marks.reached(20n)
    assert.equal(marks.appliedTo(committed(4, 0)), 0n)
    assert.equal(marks.appliedTo(committed(5)), 10n)
    assert.equal(marks.appliedTo(committed(5, 2)), 10n)
    assert.equal(marks.appliedTo(committed(9, 3)), 20n)
  })
  it('of the beginning is where the sender began: whoever is behind it cannot be told from others', () => {
    const marks = new Marks(40n, [7n, 7n])
    assert.equal(marks.appliedTo(committed(7, 6)), null)
    assert.equal(marks.appliedTo(committed(7, 7)), 40n)
  })
  it('of an epoch before is no place of this one', () => {
    const marks = new Marks(40n, [7n])
    marks.beginAgain()
    assert.equal(marks.appliedTo(committed(7)), 0n)
    marks.stored(0, 9n)
    marks.reached(2n)
    assert.equal(marks.appliedTo(committed(9)), 2n)
  })
  it('is thinned out where a system is very far behind, and the newest stay', () => {
    const marks = new Marks(0n, [0n])
    for (let n = 1; n <= 5000; n++) {
      marks.stored(0, BigInt(n))
      marks.reached(BigInt(n))
    }
    assert.equal(marks.appliedTo(committed(5000)), 5000n)
    const early = marks.appliedTo(committed(100)) ?? -1n
    assert.ok(early >= 0n && early <= 100n)
  })
  it('tells by an offset that goes back that the topic is another one', () => {
    const marks = new Marks(0n, [0n])
    assert.equal(marks.stored(0, 5n), true)
    assert.equal(marks.stored(0, 2n), false)
  })
})

const withRecipient = async (t: TestContext): Promise<Catalogue> => {
  const store = new MemoryEventStore()
  t.after(() => store.close())
  const recipient = { id: 'newsletter-tool', name: 'Invented Mailings', country: 'FR', role: 'processor', stopWithin: 'PT1H' }
  await publish(store, catalogue([purpose('news', { recipients: [recipient] })]))
  return fold(store, catalogueAggregate('campo'))
}

it('a group of the name of a recipient acknowledges what it has committed, and how slow its slowest stop was', async (t) => {
  const [broker, readModel, campo] = [new Broker(), await openedRows(t), await withRecipient(t)]
  let clock = now
  const times = { lease: 1_000_000_000, heartbeat: 1_000_000_000, groups: 1000 }
  const { level, until } = feeding(t, broker, readModel, { catalogues: () => [campo], clock: () => (clock += 100), times })
  await judge(readModel, 0, 5, 0)
  await level()
  assert.deepEqual(await readModel.acknowledgements('campo'), [])
  const told = async () => (await readModel.acknowledgements('campo'))[0]
  broker.groups.set('newsletter-tool', committed(...broker.partitions.map(({ length }) => length)))
  await until(async () => (await told()) !== undefined)
  const first = await told()
  assert.deepEqual([first?.recipient, first?.n, first?.slowestMs], ['newsletter-tool', (await readModel.feed()).head, null])
  await judge(readModel, 0, 1, 1, { effectiveAt: now - 5000 })
  await level()
  const { head } = await readModel.feed()
  broker.groups.set('newsletter-tool', committed(...broker.partitions.map(({ length }) => length)))
  await until(async () => (await told())?.n === head)
  const last = await told()
  assert.equal(last?.slowestMs, (last?.at ?? 0) - (now - 5000))
})
