// Conformance: writers that race on one stream lose nothing and overwrite nothing.
import assert from 'node:assert/strict'
import { LedgerError, type NewEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '../port.ts'
import { event, events, wholeStore, wholeStream, withStore, type Open } from './setting.ts'

// Reads the end, appends there, and begins again after each conflict.
const appendAtEnd = async (store: EventStore, stream: string, batch: NewEvent[]): Promise<number> => {
  let after = beginning
  for (let conflicts = 0; ;) {
    const page = await store.readStream(stream, { after, limit: 1000 })
    after = page.at(-1)?.revision ?? after
    try {
      await store.append(stream, after, batch)
      return conflicts
    } catch (error) {
      if (!(error instanceof LedgerError && error.code === 'WRONG_EXPECTED_REVISION')) throw error
      conflicts++
    }
  }
}

export const raceTests = (open: Open): void => {
  withStore(open, '50 writers race on one stream: nothing is lost, nothing doubled, conflicts are told', async ({ store }) => {
    const batches = Array.from({ length: 50 }, (_, writer) => [event({ writer, n: 0 }), event({ writer, n: 1 })])
    const conflicts = await Promise.all(batches.map((batch) => appendAtEnd(store, 's', batch)))
    assert.ok(
      conflicts.some((count) => count > 0),
      'they did race',
    )
    const whole = await wholeStream(store, 's')
    assert.deepEqual(
      whole.map(({ revision }) => revision),
      whole.map((_, n) => BigInt(n)),
    )
    assert.deepEqual(
      whole.map(({ id }) => id).toSorted(),
      batches
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    )
    for (let n = 0; n < whole.length; n += 2) assert.equal(whole[n]?.data['writer'], whole[n + 1]?.data['writer'], 'an append is not torn')
  })

  withStore(open, 'of 50 first appends to one stream exactly one succeeds', async ({ store }) => {
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => store.append('s', beginning, events(2))))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await wholeStore(store)).length, 2)
  })

  withStore(open, 'one act sent 20 times at once is recorded once, and every sender has the same answer', async ({ store }) => {
    const act = events(3)
    const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => store.append('s', beginning, act)))
    for (const answer of others) assert.deepEqual(answer, first)
    assert.equal((await wholeStore(store)).length, 3)
  })

  withStore(open, 'writers on 50 streams do not disturb each other, and each append stays together', async ({ store }) => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => store.append(`s-${n}`, beginning, events(4))))
    const whole = await wholeStore(store)
    assert.equal(whole.length, 200)
    for (let n = 0; n < 50; n++) {
      assert.deepEqual(
        whole.filter(({ stream }) => stream === `s-${n}`).map(({ revision }) => revision),
        [0n, 1n, 2n, 3n],
      )
    }
  })
}
