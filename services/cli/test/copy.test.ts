// Moving a ledger from one store to another: what arrives, what is closed, what is refused.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ledgerAggregate, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, fold, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { move } from '../src/commands/copy/move.ts'
import { around, build, everything, failingAt, leaves, ledgerId, moving, record, sourceOf, vaultMove } from './copyScene.ts'

const movedTo = async (store: EventStore) => (await fold(store, ledgerAggregate)).movedTo
const place = ({ stream, revision }: RecordedEvent): string => `${stream}@${revision}`

describe('a ledger that is moved', () => {
  it('arrives event by event: ids, types, data, metadata, revisions', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    const moved = await move(moving(source, target))
    assert.deepEqual(await leaves(target), await leaves(source))
    const events = (await everything(source)).length
    assert.deepEqual(moved, { ledgerId, outcome: 'moved', events, streams: 9, copied: events, later: 0 })
  })

  it('changes its source by one event, the last: where it went', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    const before = await everything(source)
    await move(moving(source, target))
    const after = await everything(source)
    assert.deepEqual(after.slice(0, -1), before)
    assert.deepEqual(
      after.slice(-1).map(({ stream, type, data }) => ({ stream, type, data })),
      [{ stream: 'ledger', type: 'LedgerMoved', data: { to: 'esdb' } }],
    )
  })

  it('arrives with operators and catalogues first, people in the order in which they came, and its own stream last, in one append', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    const appends: string[] = []
    const watched = around(target, (_, name, run) => run().finally(() => name === 'append' && appends.push(name)))
    await move(moving(source, watched))
    const arrived = await everything(target)
    assert.deepEqual(arrived.slice(0, 5).map(place), [
      'operators@0',
      'controller-campo@0',
      'controller-campo@1',
      'controller-campo@2',
      'controller-rando@0',
    ])
    assert.deepEqual(arrived.slice(-5).map(place), ['ledger@0', 'ledger@1', 'ledger@2', 'ledger@3', 'ledger@4'])
    assert.ok(appends.length < arrived.length / 2, 'what belongs together is appended together')
  })

  it('keeps acts whole, however the pages fall', async () => {
    const [source, target] = [new MemoryEventStore(), new MemoryEventStore()]
    await build(source, 0)
    const act = Array.from({ length: 7 }, (_, n) => ({ type: 'ConsentGiven', data: { n } }))
    for (let n = 0; n < 600; n++) await record(source, 'subject-a', `act-${n}`, ...act)
    const together: string[][] = []
    const watched: EventStore = {
      ...around(target, (_, __, run) => run()),
      append: (stream, expected, events) => {
        together.push(events.map(({ metadata }) => metadata.actId))
        return target.append(stream, expected, events)
      },
    }
    await move(moving(source, watched))
    assert.deepEqual(await leaves(target), await leaves(source))
    const seen = new Set<string>()
    for (const acts of together.map((ids) => new Set(ids))) {
      for (const id of acts) assert.ok(!seen.has(id), 'an act is in one append')
      for (const id of acts) seen.add(id)
    }
    assert.ok(together.every((ids) => ids.length <= 500))
  })

  it('an act larger than one append may be arrives in several', async () => {
    const [source, target] = [await sourceOf(1), new MemoryEventStore()]
    const text = 'x'.repeat(60_000)
    await record(
      source,
      'controller-rando',
      'texts',
      ...Array.from({ length: 40 }, (_, n) => ({ type: 'NoticePublished', data: { n, text } })),
    )
    let heaviest = 0
    const watched: EventStore = {
      ...around(target, (_, __, run) => run()),
      append: (stream, expected, events) => {
        heaviest = Math.max(heaviest, JSON.stringify(events).length)
        return target.append(stream, expected, events)
      },
    }
    await move(moving(source, watched))
    assert.deepEqual(await leaves(target), await leaves(source))
    assert.ok(heaviest < 1024 * 1024)
  })

  it('moved again to the same place is compared again, and nothing is written', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    const { events, streams } = await move(moving(source, target))
    const [there, here] = [await everything(target), await everything(source)]
    assert.deepEqual(await move(moving(source, target)), { ledgerId, outcome: 'there', events, streams, copied: 0, later: 0 })
    assert.deepEqual([await everything(target), await everything(source)], [there, here])
  })

  it('goes on at the target, and is still found whole there', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    await move(moving(source, target))
    await record(target, 'subject-0', 'new', { type: 'ConsentGiven', data: {} })
    await record(target, 'subject-new', 'new', { type: 'ConsentGiven', data: {} })
    const { outcome, later } = await move(moving(source, target))
    assert.deepEqual({ outcome, later }, { outcome: 'there', later: 2 })
  })

  it('brings the vault while both are closed, and opens the target after it; what can be told before is told while the source works', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    const seen: unknown[] = []
    const look = (step: string) => async (id: string) =>
      void seen.push([step, id, (await everything(target)).length > 0, await movedTo(source), await movedTo(target)])
    await move(moving(source, target, { vault: vaultMove({ prepare: look('prepare'), copy: look('copy'), demandThere: look('there') }) }))
    assert.deepEqual(seen, [
      ['prepare', ledgerId, false, null, null],
      ['prepare', ledgerId, true, null, null],
      ['copy', ledgerId, true, 'esdb', null],
    ])
  })

  it('is asked for its vault when it is compared again, and brings none', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    await move(moving(source, target))
    const lacks = (): Promise<void> => Promise.reject(new Error('not there'))
    const none = (): Promise<void> => assert.fail('brought')
    await assert.rejects(move(moving(source, target, { vault: vaultMove({ prepare: none, copy: none, demandThere: lacks }) })), /not there/)
    const vault = vaultMove({ prepare: none, copy: none })
    assert.equal((await move(moving(source, target, { vault }))).outcome, 'there')
  })
})

describe('a move is refused, and nothing written,', () => {
  const refused = async (source: EventStore, target: EventStore, code: string, over = {}): Promise<void> => {
    const before = [await everything(source), await everything(target)]
    await assert.rejects(move(moving(source, target, over)), { name: 'LedgerError', code })
    assert.deepEqual([await everything(source), await everything(target)], before)
  }

  it('where there is no ledger, or one whose first start did not end', async () => {
    const source = new MemoryEventStore()
    await refused(source, new MemoryEventStore(), 'NOT_FOUND')
    await record(source, 'ledger', 'created', { type: 'LedgerCreated', data: { ledgerId, masterKeyCheck: '' } })
    await refused(source, new MemoryEventStore(), 'NOT_READY')
  })

  it('to a store of another ledger', async () => {
    const target = new MemoryEventStore()
    await record(target, 'ledger', 'other', { type: 'LedgerCreated', data: { ledgerId: 'another', masterKeyCheck: '' } })
    await refused(await sourceOf(), target, 'DATA_FOREIGN')
  })

  it('to a store with events that are not this ledger’s', async () => {
    const target = new MemoryEventStore()
    await record(target, 'subject-9', 'other', { type: 'ConsentGiven', data: {} })
    await refused(await sourceOf(), target, 'DATA_FOREIGN')
  })

  it('to a store with the same events and one more, or one other', async () => {
    for (const n of [1, 2]) {
      const [source, target] = [await sourceOf(), new MemoryEventStore()]
      const subject = await source.readStream('subject-1', { after: beginning, limit: n })
      await target.append('subject-1', beginning, subject)
      await record(target, 'subject-1', 'strange', { type: 'ConsentWithdrawn', data: {} })
      await refused(source, target, 'DATA_FOREIGN')
    }
  })

  it('to a store where this ledger works, that did not come from this source', async () => {
    await refused(await sourceOf(), await sourceOf(), 'LEDGER_MOVED')
    const [source, backup, target] = [await sourceOf(), await sourceOf(), new MemoryEventStore()]
    await move(moving(source, target))
    await refused(backup, target, 'LEDGER_MOVED')
  })

  it('to a second store, unless the first copy is said to be lost', async () => {
    const [source, lost, target] = [await sourceOf(), new MemoryEventStore(), new MemoryEventStore()]
    await move(moving(source, lost))
    await refused(source, target, 'LEDGER_MOVED')
    await move(moving(source, target, { again: true }))
    assert.deepEqual(await leaves(target), await leaves(source))
  })

  it('is not opened at a second place either, where an earlier try broke off', async () => {
    const [source, target, tried] = [await sourceOf(), new MemoryEventStore(), new MemoryEventStore()]
    await assert.rejects(move(moving(source, failingAt(tried, 6, 'failed'))))
    assert.ok((await everything(tried)).length > 0)
    await move(moving(source, target))
    await assert.rejects(move(moving(source, tried)), { code: 'LEDGER_MOVED' })
    assert.equal((await fold(tried, ledgerAggregate)).ledgerId, null)
    assert.equal((await move(moving(source, tried, { again: true }))).outcome, 'moved')
  })

  it('with a vault that cannot go along', async () => {
    const prepare = (): Promise<void> => Promise.reject(new LedgerError('VAULT_UNAVAILABLE', 'no such database'))
    await refused(await sourceOf(), new MemoryEventStore(), 'VAULT_UNAVAILABLE', { vault: vaultMove({ prepare }) })
  })

  it('of more controllers than one append may name', async () => {
    const source = await sourceOf(0)
    for (let n = 0; n < 5; n++) {
      const named = Array.from({ length: 900 }, (_, i) => ({ type: 'ControllerNamed', data: { controller: `c-${n}-${i}` } }))
      await record(source, 'ledger', `many-${n}`, ...named)
    }
    await refused(source, new MemoryEventStore(), 'TOO_LARGE')
  })
})

describe('what differs', () => {
  /** The store, giving back one event of subject-1 otherwise than it was written. */
  const mangling = (store: EventStore): EventStore => ({
    ...around(store, (_, __, run) => run()),
    readAll: async (page) =>
      (await store.readAll(page)).map((event) => (place(event) === 'subject-1@1' ? { ...event, data: { ...event.data, n: 99 } } : event)),
  })

  it('is named by its stream, and the source is not closed', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    await assert.rejects(move(moving(source, mangling(target))), (error: Error & { code: string; violations: { pointer: string }[] }) => {
      assert.equal(error.code, 'INTEGRITY')
      assert.deepEqual(
        error.violations.map(({ pointer }) => pointer),
        ['subject-1'],
      )
      return true
    })
    assert.deepEqual([await movedTo(source), (await fold(target, ledgerAggregate)).ledgerId], [null, null])
  })

  it('is found long after the move', async () => {
    const [source, target] = [await sourceOf(), new MemoryEventStore()]
    await move(moving(source, target))
    await assert.rejects(move(moving(source, mangling(target))), {
      code: 'INTEGRITY',
      violations: [{ pointer: 'subject-1', rule: 'equal', message: 'the first 2 events are not the same, or others follow' }],
    })
    await record(source, 'subject-2', 'stray', { type: 'ConsentGiven', data: {} })
    await assert.rejects(move(moving(source, target)), {
      code: 'INTEGRITY',
      violations: [{ pointer: 'subject-2', rule: 'equal', message: '4 events at the source, 3 at the target' }],
    })
  })
})

it('a ledger that somebody begins at the target meanwhile leaves the source open', async () => {
  const [source, target] = [await sourceOf(), new MemoryEventStore()]
  let begun = false
  const raced = around(target, async (_, name, run) => {
    if (name === 'append' && !begun) {
      begun = true
      await record(target, 'ledger', 'other', { type: 'LedgerCreated', data: { ledgerId: 'another', masterKeyCheck: '' } })
    }
    return run()
  })
  await assert.rejects(move(moving(source, raced)), { code: 'DATA_FOREIGN', message: /works as before/ })
  assert.equal(await movedTo(source), null)
})
