// Opening a data directory: one writer, the right file, the right version, or a refusal that says why.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { it, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { beginning } from '@consent-ledger/eventstore'
import { event, events, wholeStore } from '../../src/conformance/setting.ts'
import { openForWriting } from '../../src/sqlite/connection.ts'
import { bringUpToDate, steps, type Step } from '../../src/sqlite/format.ts'
import { newDirectory, openIn } from './directory.ts'

const newPlace = (t: TestContext): { directory: string; file: string } => {
  const { directory, file, remove } = newDirectory()
  t.after(remove)
  return { directory, file }
}

const filled = async (t: TestContext, count: number): Promise<{ directory: string; file: string }> => {
  const place = newPlace(t)
  const store = await openIn(place.directory)
  await store.append('s', beginning, events(count))
  await store.close()
  return place
}

it('a second opener is told that the directory is in use; behind the first it may', async (t) => {
  const { directory } = newPlace(t)
  const store = await openIn(directory)
  await assert.rejects(openIn(directory), { code: 'DATA_LOCKED' })
  await store.append('s', beginning, [event()])
  await store.close()
  await (await openIn(directory)).close()
})

it('the lock vanishes with its process, also when that is killed', async (t) => {
  const { directory } = newPlace(t)
  const module = new URL('../../src/sqlite/index.ts', import.meta.url).href
  const program = `const { openSqliteEventStore } = await import('${module}')
    await openSqliteEventStore({ directory: process.argv[1], onFatal: () => {} }); console.log('open'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => assert.fail('it ended before it had the lock'))])
  await assert.rejects(openIn(directory), { code: 'DATA_LOCKED' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await openIn(directory)).close()
})

it('makes a directory that is not there, for its owner alone', async (t) => {
  const { directory } = newPlace(t)
  const deep = `${directory}/a/b`
  await (await openIn(deep)).close()
  assert.equal(statSync(deep).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(deep).toSorted(), ['events.sqlite', 'writer.lock'])
})

it('a newer format is refused by name and left as it is', async (t) => {
  const { directory, file } = await filled(t, 2)
  const db = new Database(file)
  db.prepare('UPDATE meta SET formatVersion = 7').run()
  db.close()
  await assert.rejects(openIn(directory), {
    code: 'DATA_TOO_NEW',
    message: /events\.sqlite has format version 7; this program knows versions up to 1/,
  })
})

const addColumn: Step = (on) => void on.exec("ALTER TABLE meta ADD COLUMN note TEXT NOT NULL DEFAULT 'later'")
const breakOff: Step = (on) => {
  addColumn(on)
  throw new Error('power cut')
}

it('an older format is brought up to date after a copy of the whole; a step that fails changes nothing', async (t) => {
  const { file } = await filled(t, 300)
  const db = openForWriting(file)
  t.after(() => db.close())
  assert.throws(() => bringUpToDate(db, file, [...steps, breakOff]), /power cut/)
  assert.equal(db.prepare('SELECT formatVersion FROM meta').pluck().get(), 1)
  bringUpToDate(db, file, [...steps, addColumn])
  assert.deepEqual(db.prepare('SELECT formatVersion, note FROM meta').raw().get(), [2, 'later'])
  assert.throws(() => bringUpToDate(db, file), { code: 'DATA_TOO_NEW' })

  const copy = new Database(`${file}.v1.bak`, { readonly: true })
  t.after(() => copy.close())
  assert.deepEqual(copy.prepare('SELECT formatVersion FROM meta').raw().all(), [[1]])
  assert.deepEqual(copy.prepare('SELECT count(*), max(position) FROM events').raw().get(), [300, 299])
  assert.equal(existsSync(`${file}.v1.bak.part`), false)
})

it('a file that is up to date is not copied', async (t) => {
  const { directory } = await filled(t, 1)
  await (await openIn(directory)).close()
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.includes('bak')),
    [],
  )
})

it('a file that is no database is damaged, and the message names it and what to do', async (t) => {
  const { directory, file } = newPlace(t)
  writeFileSync(file, 'not a database, by its first bytes'.repeat(100))
  await assert.rejects(openIn(directory), { code: 'DATA_CORRUPT', message: /events\.sqlite is damaged.*backup/ })
  assert.equal(statSync(file).size, 3400, 'and it is left for inquiry')
})

it('a database of something else is foreign', async (t) => {
  const { directory, file } = newPlace(t)
  const db = new Database(file)
  db.exec('CREATE TABLE customers (id INTEGER PRIMARY KEY)')
  db.close()
  await assert.rejects(openIn(directory), { code: 'DATA_FOREIGN' })
})

it('opening does not read the log: damage inside is met by whoever reads there, as DATA_CORRUPT', async (t) => {
  const { directory, file } = await filled(t, 2000)
  const handle = openSync(file, 'r+')
  for (let page = 20; page < 60; page++) writeSync(handle, Buffer.alloc(4096, 0xee), 0, 4096, page * 4096)
  closeSync(handle)
  const store = await openIn(directory)
  await assert.rejects(wholeStore(store), { code: 'DATA_CORRUPT', message: /events\.sqlite is damaged/ })
  await store.close()
})

it('a file belongs to one ledger for ever', async (t) => {
  const { directory } = newPlace(t)
  const store = await openIn(directory)
  assert.equal(store.identity(), null)
  store.adopt('ledger-a')
  store.adopt('ledger-a')
  assert.throws(() => store.adopt('ledger-b'), { code: 'DATA_FOREIGN' })
  await store.close()
  const again = await openIn(directory)
  assert.equal(again.identity(), 'ledger-a')
  await again.close()
})
