// A move that breaks off anywhere: never two ledgers that work, nothing lost, nothing twice, and the same command again ends it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ledgerAggregate, LedgerError, type StoreKind } from '@consent-ledger/domain'
import { fold, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { move } from '../src/commands/copy/move.ts'
import { patient } from '../src/commands/copy/patient.ts'
import { around, cut, everything, failingAt, leaves, moving, sourceOf, vaultMove } from './copyScene.ts'

type Places = { source: MemoryEventStore; target: MemoryEventStore; before: number }
type Failing = EventStore & { reached: () => boolean }

const brokenOff = { name: 'LedgerError', code: 'OUTCOME_UNKNOWN' }

/** A ledger on files, and an empty server. */
const away = async (people = 3): Promise<Places> => {
  const source = await sourceOf(people)
  return { source, target: new MemoryEventStore(), before: (await everything(source)).length }
}

/** Which of the two a program would start on: what the programs themselves ask of a store. */
const open = async ({ source, target }: Places): Promise<string[]> => {
  const starts = async (store: EventStore, kind: StoreKind): Promise<boolean> => {
    const { ledgerId, movedTo } = await fold(store, ledgerAggregate)
    return ledgerId !== null && (movedTo === null || movedTo === kind)
  }
  return [...((await starts(source, 'sqlite')) ? ['source'] : []), ...((await starts(target, 'esdb')) ? ['target'] : [])]
}

const demandSafe = async (places: Places): Promise<void> => {
  const working = await open(places)
  assert.ok(working.length <= 1, 'not both work')
  if (working[0] === 'target')
    assert.deepEqual(await leaves(places.target), await leaves(places.source), 'the target works only when it is whole')
  assert.equal(
    (await everything(places.source)).length,
    places.before + (working[0] === 'source' ? 0 : 1),
    'the source gains its last event only',
  )
}

const demandMoved = async (places: Places): Promise<void> => {
  await move(moving(places.source, places.target))
  assert.deepEqual(await open(places), ['target'])
  assert.deepEqual(await leaves(places.target), await leaves(places.source))
  assert.equal((await everything(places.source)).length, places.before + 1)
}

/** Breaks off at the nth call of one of the stores, for each n that there is, each on stores of their own. */
const everywhere = async (side: 'source' | 'target', how: 'failed' | 'applied'): Promise<number> => {
  for (let n = 1; ; n++) {
    const places = await away()
    const failing: Failing = failingAt(places[side], n, how)
    const over = { ...places, [side]: failing }
    const ended = await move(moving(over.source, over.target)).catch((error: unknown) => error)
    if (!failing.reached()) return n - 1
    // The closing of the source reads back what became of it, and may so go on.
    if (ended instanceof LedgerError) assert.equal(ended.code, brokenOff.code)
    else assert.deepEqual([ended instanceof Error, await open(places)], [false, ['target']])
    await demandSafe(places)
    await demandMoved(places)
  }
}

describe('a move that breaks off', () => {
  for (const side of ['source', 'target'] as const) {
    for (const how of ['failed', 'applied'] as const) {
      it(`at any call of the ${side}, ${how}, leaves one ledger at most, and is ended by the same command`, async () => {
        assert.ok((await everywhere(side, how)) > 8, 'there are many calls to fail')
      })
    }
  }

  it('time after time, each a step further, comes to the same end', async () => {
    const places = await away(4)
    for (let n = 1; ; n++) {
      const failing = failingAt(places.target, n, n % 2 === 0 ? 'failed' : 'applied')
      const done = await move(moving(places.source, failing)).catch(() => null)
      if (done !== null) break
      await demandSafe(places)
    }
    await demandMoved(places)
  })

  const dead = (): Promise<void> => Promise.reject(new Error('the line went dead'))

  it('where the vault breaks off on its way, leaves both closed', async () => {
    const places = await away()
    await assert.rejects(move(moving(places.source, places.target, { vault: vaultMove({ copy: dead }) })), /went dead/)
    assert.deepEqual(await open(places), [])
    await demandMoved(places)
  })

  it('where the vault’s database went away during the copy, leaves a source that works', async () => {
    const places = await away()
    let asked = 0
    const prepare = (): Promise<void> => (++asked === 1 ? Promise.resolve() : dead())
    await assert.rejects(move(moving(places.source, places.target, { vault: vaultMove({ prepare }) })), /went dead/)
    assert.deepEqual(await open(places), ['source'])
    await demandMoved(places)
  })
})

describe('a store that is away for a while', () => {
  it('is waited for, each call again, whether it was done or not', async () => {
    const places = await away()
    const waited: number[] = []
    const restless = (store: EventStore): EventStore =>
      patient(
        around(store, (n, _, run) =>
          n % 3 === 0 ? run() : n % 3 === 1 ? run().then(cut) : Promise.reject(new LedgerError('STORE_UNAVAILABLE', '')),
        ),
        async (ms) => void waited.push(ms),
      )
    await move(moving(restless(places.source), restless(places.target)))
    assert.ok(waited.length > 10)
    await demandMoved(places)
  })

  it('is waited for longer than a cluster needs for another leader, and not without an end', async () => {
    const waited: number[] = []
    const dead = around(new MemoryEventStore(), (_, __, run) => run().then(cut))
    await assert.rejects(patient(dead, async (ms) => void waited.push(ms)).head(), brokenOff)
    const total = waited.reduce((sum, ms) => sum + ms, 0)
    assert.ok(total >= 30_000 && total <= 120_000)
  })

  it('is not waited for where waiting does not help', async () => {
    const store = await sourceOf(1)
    const [event] = await everything(store)
    assert.ok(event)
    await assert.rejects(patient(store, () => assert.fail('waited')).append('ledger', -1n, [{ ...event, id: 'another' }]), {
      code: 'WRONG_EXPECTED_REVISION',
    })
  })
})
