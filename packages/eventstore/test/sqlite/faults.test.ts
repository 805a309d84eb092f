// The writer when the disk fails: full, broken, and broken after the fact. Nothing half-written, nothing lost that was acknowledged.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { it, type TestContext } from 'node:test'
import { beginning } from '@consent-ledger/eventstore'
import { event, events, wholeStore } from '../../src/conformance/setting.ts'
import { openForWriting, type Connection } from '../../src/sqlite/connection.ts'
import { bringUpToDate } from '../../src/sqlite/format.ts'
import { Writer, type Commit, type Request } from '../../src/sqlite/writer.ts'
import { toStored } from '../../src/stored.ts'
import { newDirectory, openIn } from './directory.ts'

const unavailable = { name: 'LedgerError', code: 'STORE_UNAVAILABLE' }

const newWriter = (t: TestContext, commit?: Commit): { db: Connection; writer: Writer; count: () => unknown } => {
  const { file, remove } = newDirectory()
  const db = openForWriting(file)
  bringUpToDate(db, file)
  t.after(() => {
    db.close()
    remove()
  })
  return { db, writer: new Writer(db, file, commit), count: () => db.prepare('SELECT count(*) FROM events').pluck().get() }
}

const request = (stream: string, text = ''): Request => ({ stream, expected: -1, events: [event({ text }), event()].map(toStored) })

it('each commit is synced: the write-ahead log is in mode FULL', (t) => {
  const { db } = newWriter(t)
  assert.equal(db.pragma('synchronous', { simple: true }), 2)
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal')
})

it('what waits together is one transaction', (t) => {
  let commits = 0
  const { writer, count } = newWriter(t, (commit) => {
    commits++
    commit()
  })
  const outcomes = writer.write(Array.from({ length: 100 }, (_, n) => (n === 50 ? { ...request('s-50'), expected: 7 } : request(`s-${n}`))))
  assert.equal(commits, 1)
  assert.deepEqual(outcomes[50], { kind: 'wrong', last: -1 })
  assert.equal(outcomes.filter(({ kind }) => kind === 'written').length, 99)
  assert.equal(count(), 198)
})

it('a full disk fails the whole group, leaves nothing of it, and costs nothing once there is room', (t) => {
  const { db, writer, count } = newWriter(t)
  writer.write([request('before')])
  db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`)
  const group = [request('small'), request('large', 'x'.repeat(100_000))]
  assert.throws(() => writer.write(group), unavailable)
  assert.equal(count(), 2)
  assert.throws(() => writer.write(group), unavailable)
  db.pragma('max_page_count = 100000')
  assert.deepEqual(writer.write(group), [
    { kind: 'written', position: 2 },
    { kind: 'written', position: 4 },
  ])
  assert.equal(count(), 6)
})

it('a commit that fails leaves nothing, and the same group again is written', (t) => {
  let broken = true
  const { writer, count } = newWriter(t, (commit) => {
    if (broken) throw new Error('EIO')
    commit()
  })
  const group = [request('a'), request('b')]
  assert.throws(() => writer.write(group), unavailable)
  assert.equal(count(), 0)
  broken = false
  assert.deepEqual(
    writer.write(group).map(({ kind }) => kind),
    ['written', 'written'],
  )
})

it('a commit that fails after it was applied: the same group again answers with what was recorded', (t) => {
  let broken = true
  const { writer, count } = newWriter(t, (commit) => {
    commit()
    if (broken) throw new Error('EIO')
  })
  const group = [request('a'), request('b')]
  assert.throws(() => writer.write(group), unavailable)
  broken = false
  const outcomes = writer.write([...group, request('c')])
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['found', 'found', 'written'],
  )
  assert.equal(count(), 6)
  assert.deepEqual(
    outcomes[1]?.kind === 'found' && outcomes[1].events.map(({ id }) => id),
    group[1]?.events.map(({ id }) => id),
  )
})

it('another connection that holds the file: appends fail, none is half there, and they go on behind it', async () => {
  const { directory, file, remove } = newDirectory()
  const store = await openIn(directory)
  const other = openForWriting(file)
  other.exec('BEGIN IMMEDIATE')
  const act = events(2)
  await assert.rejects(store.append('s', beginning, act), unavailable)
  assert.deepEqual(await wholeStore(store), [], 'reads do not wait for it')
  other.exec('ROLLBACK')
  other.close()
  assert.equal((await store.append('s', beginning, act)).length, 2)
  await store.close()
  remove()
})

// Files of this process can grow no further than this: what a full disk is to SQLite.
const limitFiles = (size: string): void =>
  void execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:`], { stdio: 'ignore' })

it('a disk without room under the whole store: every waiting append fails, and all goes on when there is room', async (t) => {
  try {
    limitFiles('unlimited')
  } catch {
    t.skip('needs prlimit (Linux, util-linux) to make files stop growing')
    return
  }
  const { directory, file, remove } = newDirectory()
  const store = await openIn(directory)
  const [kept] = await store.append('s', beginning, [event()])
  const acts = Array.from({ length: 20 }, (_, n) => ({ stream: `t-${n}`, events: [event({ text: 'x'.repeat(10_000) })] }))
  const appendAll = () => Promise.allSettled(acts.map((act) => store.append(act.stream, beginning, act.events)))
  limitFiles(String(statSync(`${file}-wal`).size + 20_000))
  const refused = await appendAll().finally(() => limitFiles('unlimited'))
  assert.ok(refused.some(({ status }) => status === 'rejected'))
  for (const result of refused) if (result.status === 'rejected') assert.equal(result.reason.code, 'STORE_UNAVAILABLE')
  const there = (await wholeStore(store)).map(({ id }) => id)
  assert.deepEqual(there.slice(0, 1), [kept?.id])
  assert.equal(there.length, 1 + refused.filter(({ status }) => status === 'fulfilled').length)
  assert.ok((await appendAll()).every(({ status }) => status === 'fulfilled'))
  assert.equal((await wholeStore(store)).length, 21)
  await store.close()
  remove()
})
