// A group of events and its checkpoint are applied both or neither, by one projector at a time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { applyAll, ledgerId, meddle, opened, rowsIn, scratchFile } from './scratch.ts'
import { idOf, recorded } from './history.ts'
import type { Told } from './history.ts'
import { openSqliteReadModel } from '../src/sqlite/index.ts'

const five: Told[] = [0, 1, 2, 3, 4].map((at) => ({
  type: at % 2 === 0 ? 'ConsentGiven' : 'ConsentRefused',
  at,
  data: { purpose: `p${at}` },
}))
const events = recorded(five)
const nothing = [[], [], []]

test('a group that fails in its middle leaves nothing, and is applied whole afterwards', async (t) => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  const third = idOf('event 2').replaceAll('-', '')
  meddle(file, `create trigger broken before insert on answers when new.event_id = x'${third}' begin select raise(abort, 'broken'); end`)
  await assert.rejects(model.apply(events, 4n), /broken/)
  assert.deepEqual(rowsIn(file), nothing)
  assert.equal(await model.checkpoint(), -1n)
  meddle(file, 'drop trigger broken')
  await model.apply(events, 4n)
  assert.equal(await model.checkpoint(), 4n)
  assert.equal((await model.listAnswers({ controller: 'campo', limit: 100 })).answers.length, 5)
})

test('an event that is none stops the whole group', async (t) => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  await assert.rejects(model.apply(recorded([...five, { type: 'ConsentGiven', at: 6, data: { orderAt: 'never' } }]), 5n))
  assert.deepEqual(rowsIn(file), nothing)
  await assert.rejects(model.apply(recorded([...five, { subject: 'anna', type: 'ConsentGiven', at: 6 }]), 5n), { code: 'INTEGRITY' })
  assert.deepEqual(rowsIn(file), nothing)
  assert.equal(await model.checkpoint(), -1n)
})

test('of two projectors the second is told and writes nothing', async (t) => {
  const file = scratchFile(t)
  const [one, two] = [await opened(t, file), await opened(t, file)]
  await one.apply(events.slice(0, 3), 2n)
  const rows = rowsIn(file)
  await assert.rejects(two.apply(events, 4n), { code: 'DATA_LOCKED' })
  assert.deepEqual(rowsIn(file), rows)
  await two.noteAsOf(1)
  assert.deepEqual(await one.progress(), { checkpoint: 2n, asOf: null })
  // Having asked, it may go on: that is how a follower starts.
  assert.equal(await two.checkpoint(), 2n)
  await two.apply(events.slice(3), 4n)
  await assert.rejects(one.apply(events.slice(3), 4n), { code: 'DATA_LOCKED' })
})

test('events out of their global order are refused', async (t) => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  await assert.rejects(model.apply(events.toReversed(), 4n), { code: 'INTEGRITY' })
  await assert.rejects(model.apply(events, 3n), { code: 'INTEGRITY' })
  await model.apply(events.slice(0, 2), 1n)
  await assert.rejects(model.apply(events, 4n), { code: 'INTEGRITY' })
  assert.equal(await model.checkpoint(), 1n)
})

test('a locked file is unavailable for now, and the same group is applied later', async (t) => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  const other = new Database(file)
  other.exec('begin immediate')
  await assert.rejects(model.apply(events, 4n), { code: 'STORE_UNAVAILABLE' })
  assert.deepEqual(await model.activity({ controller: 'campo' }), [], 'those who ask never wait')
  other.exec('commit')
  other.close()
  await model.apply(events, 4n)
  assert.equal(await model.checkpoint(), 4n)
})

test('what is applied and what is asked survive a restart', async (t) => {
  const file = scratchFile(t)
  const first = await openSqliteReadModel({ file, ledgerId })
  await applyAll(first, events)
  await first.noteAsOf(1_795_000_000_000)
  const rows = rowsIn(file)
  await first.close()
  await assert.rejects(first.progress(), { code: 'STORE_UNAVAILABLE' })
  const again = await opened(t, file)
  assert.deepEqual(await again.progress(), { checkpoint: 4n, asOf: 1_795_000_000_000 })
  assert.deepEqual(rowsIn(file), rows)
})
