// The folds kept between acts: bounded, one owner each, none that another function made.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Aggregate } from '@consent-ledger/domain'
import { RecentFolds, startOf, type Fold } from '../src/recentFolds.ts'

const evolve = (state: string): string => state
const of = (stream: string): Aggregate<string> => ({ stream, initial: () => stream, evolve })
const folded = (stream: string, events: number): Fold<string> => ({ ...startOf(of(stream)), revision: BigInt(events) - 1n })
const put = (recent: RecentFolds, stream: string, events: number): void => recent.put(of(stream), folded(stream, events))
const kept = (recent: RecentFolds, ...streams: string[]): string[] => streams.filter((stream) => recent.take(of(stream)) !== undefined)

it('what is taken is gone until it is put back', () => {
  const recent = new RecentFolds(100)
  put(recent, 'a', 20)
  const fold = recent.take(of('a')) ?? assert.fail()
  assert.equal(fold.state, 'a')
  assert.equal(recent.take(of('a')), undefined)
  recent.put(of('a'), fold)
  assert.equal(recent.take(of('a')), fold)
})

it('a stream without events is not kept', () => {
  const recent = new RecentFolds(100)
  put(recent, 'a', 0)
  put(recent, 'b', 1)
  assert.deepEqual(kept(recent, 'a', 'b'), ['b'])
})

it('holds no more events than its bound; what was used longest ago goes first', () => {
  const recent = new RecentFolds(100)
  for (const stream of ['a', 'b', 'c']) put(recent, stream, 30)
  recent.put(of('a'), recent.take(of('a')) ?? assert.fail())
  put(recent, 'd', 30)
  assert.deepEqual(kept(recent, 'a', 'b', 'c', 'd'), ['a', 'c', 'd'])
  put(recent, 'e', 100)
  assert.deepEqual(kept(recent, 'a', 'c', 'd', 'e'), ['e'], 'what is taken no longer counts')
})

it('the one used last stays, however long its stream', () => {
  const recent = new RecentFolds(100)
  put(recent, 'a', 20)
  put(recent, 'b', 500)
  assert.deepEqual(kept(recent, 'a', 'b'), ['b'])
})

it('a fold that another function made is not given out', () => {
  const recent = new RecentFolds(100)
  put(recent, 'a', 20)
  assert.equal(recent.take({ stream: 'a', initial: () => 0, evolve: (state: number) => state }), undefined)
})
