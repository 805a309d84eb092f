// `ledger copy` as it is typed: what it takes, what it prints, what it ends with, on real files and a store in memory in the server's place.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import type { CopyAdapters } from '../src/commands/copy/command.ts'
import { progress } from '../src/commands/copy/words.ts'
import { around, build, everything, leaves, ledgerId } from './copyScene.ts'
import { ledger, type Ran } from './terminal.ts'

const root = await mkdtemp(join(tmpdir(), 'copy-'))
after(() => rm(root, { recursive: true }))
const env = {
  EVENTSTORE_URL: 'esdb://ledger:a-secret@events.example.org:2113',
  DATABASE_URL: 'postgres://ledger:a-secret@database.example.org/ledger',
}

const files = (directory: string): Promise<EventStore> => openSqliteEventStore({ directory, onFatal: (fault) => assert.fail(fault) })
const onFiles = async <Answer>(directory: string, work: (store: EventStore) => Promise<Answer>): Promise<Answer> => {
  const store = await files(directory)
  return work(store).finally(() => store.close())
}

type Scene = {
  data: string
  server: MemoryEventStore
  /** Connection strings that stores were opened with. */
  asked: string[]
  /** Vaults that were copied: where they are is the vault's own test. */
  vaults: object[]
  copy: (...args: string[]) => Promise<Ran>
}
/** A ledger in files, and a server that outlives the commands. */
const openScene = async (): Promise<Scene> => {
  const data = await mkdtemp(join(root, 'data-'))
  await onFiles(data, build)
  const server = new MemoryEventStore()
  const asked: string[] = []
  const openStore: CopyAdapters['openStore'] = async (place) => {
    if (place.kind === 'sqlite') return files(place.directory)
    asked.push(place.url)
    return { ...around(server, (_, __, run) => run()), close: async () => {} }
  }
  const vaults: object[] = []
  const copyVault: CopyAdapters['copyVault'] = async ({ from, to, ledgerId }) => {
    vaults.push({ from, to, ledgerId })
    return { outcome: 'copied', tables: { subjects: { rows: 3, sha256: '' }, acts: { rows: 4, sha256: '' } } }
  }
  return { data, server, asked, vaults, copy: (...args) => ledger(['copy', ...args], { env, openStore, copyVault }) }
}

describe('copy', () => {
  it('moves from files to a server, says what was done and what to do now, and nothing secret', async () => {
    const { data, server, asked, copy } = await openScene()
    const { code, out, err } = await copy('--from', `sqlite:${data}`, '--to', 'esdb:')
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    const lines = out.split('\n')
    assert.match(lines[0] ?? '', /^Moved: 23 events in 9 streams, each stream the same at both\.$/)
    assert.match(out, /closed for ever/)
    assert.match(out, new RegExp(`LEDGER_KEYS .*${data}\\.keys`))
    assert.doesNotMatch(out, /secret|events\.example/)
    assert.deepEqual(asked, [env.EVENTSTORE_URL])
    assert.deepEqual(await leaves(server), await onFiles(data, leaves))
  })

  it('says that all is there when it is given again, in JSON too', async () => {
    const { data, copy } = await openScene()
    const way = ['--from', `sqlite:${data}`, '--to', 'esdb://events.example.org']
    await copy(...way)
    assert.match((await copy(...way)).out, /^It was moved before, and all is there: 23 events in 9 streams, /)
    assert.deepEqual(JSON.parse((await copy(...way, '--json')).out), {
      ledgerId,
      outcome: 'there',
      events: 23,
      streams: 9,
      copied: 0,
      later: 0,
      from: 'sqlite',
      to: 'esdb',
      vault: null,
    })
  })

  it('brings the vault along where one is named, and compares it once only: it goes on with the ledger', async () => {
    const { data, copy, vaults } = await openScene()
    const way = ['--from', `sqlite:${data}`, '--to', 'esdb:', '--vault', 'postgres:']
    assert.match((await copy(...way)).err, /^NOT_FOUND: .*vault\.sqlite/)
    await writeFile(join(data, 'vault.sqlite'), '')
    const { code, out } = await copy(...way)
    assert.equal(code, 0)
    assert.deepEqual(vaults, [{ from: join(data, 'vault.sqlite'), to: env.DATABASE_URL, ledgerId }])
    assert.match(out, /^The vault was copied: 7 rows in 2 tables, each table the same at both\.$/m)
    assert.match(out, /DATABASE_URL/)
    assert.doesNotMatch(out, /secret|database\.example/)
    assert.match((await copy(...way)).out, /^It was moved before/)
    assert.equal(vaults.length, 1)
  })

  it('moves back to files, also to those that it left, if the vault is there', async () => {
    const { data, server, copy } = await openScene()
    await copy('--from', `sqlite:${data}`, '--to', 'esdb:')
    const fresh = await mkdtemp(join(root, 'fresh-'))
    assert.match((await copy('--from', 'esdb:', '--to', `sqlite:${fresh}`)).err, /^NOT_FOUND: .*vault\.sqlite/)
    assert.deepEqual(await readdir(fresh), [])
    for (const directory of [data, fresh]) await writeFile(join(directory, 'vault.sqlite'), '')
    const { code, out } = await copy('--from', 'esdb:', '--to', `sqlite:${data}`)
    assert.equal(code, 0)
    assert.match(out, new RegExp(`LEDGER_DATA \\(${data}\\)`))
    assert.deepEqual(await onFiles(data, leaves), await leaves(server))
    assert.equal((await copy('--from', 'esdb:', '--to', `sqlite:${fresh}`)).code, 1, 'nor to others beside them')
    assert.equal((await copy('--from', 'esdb:', '--to', `sqlite:${fresh}`, '--again')).code, 0)
    assert.deepEqual(await onFiles(fresh, leaves), await leaves(server))
  })

  it('names what differs, and ends with 1', async () => {
    const { data, server, copy } = await openScene()
    const way = ['--from', `sqlite:${data}`, '--to', 'esdb:']
    await copy(...way)
    await onFiles(data, async (store) => {
      const [event] = await everything(server)
      if (event) await store.append('subject-1', 1n, [event])
    })
    const { code, out, err } = await copy(...way)
    assert.deepEqual({ code, out }, { code: 1, out: '' })
    assert.match(err, /^INTEGRITY: .*1 stream differs.*\n {2}subject-1 {2}equal: 3 events at the source, 2 at the target\n/)
    const problem = JSON.parse((await copy(...way, '--json')).out) as { problem: { code: string } }
    assert.equal(problem.problem.code, 'INTEGRITY')
  })

  it('warns of a password that everybody sees, and does not repeat it', async () => {
    const { data, copy } = await openScene()
    const { code, err } = await copy('--from', `sqlite:${data}`, '--to', 'esdb://ledger:a-secret@events.example.org')
    assert.equal(code, 0)
    assert.match(err, /EVENTSTORE_URL/)
    assert.doesNotMatch(err, /a-secret/)
  })

  it('does not begin while a process holds the files', async () => {
    const { data, copy } = await openScene()
    const { code, err } = await onFiles(data, () => copy('--from', `sqlite:${data}`, '--to', 'esdb:'))
    assert.equal(code, 1)
    assert.match(err, /^DATA_LOCKED: /)
  })

  it('makes nothing where there is no ledger', async () => {
    const nowhere = join(root, 'nowhere')
    const { code, err } = await ledger(['copy', '--from', `sqlite:${nowhere}`, '--to', 'esdb:'], { env })
    assert.equal(code, 1)
    assert.match(err, /holds no ledger/)
    assert.ok(!(await readdir(root)).includes('nowhere'))
  })

  it('is not understood with stores that are none, are of one kind, or have no connection string', async () => {
    for (const [from, to, says] of [
      ['./data', 'esdb:', /--from/],
      ['sqlite:./data', 'http://events.example.org', /--to/],
      ['sqlite:./data', 'sqlite:./data2', /copy the data directory instead/],
      ['esdb:', 'esdb:', /backup of the server/],
      ['sqlite:./data', 'esdb:x', /--to is not a connection string/],
    ] as const) {
      const { code, err } = await ledger(['copy', '--from', from, '--to', to], { env })
      assert.equal(code, 2, `${from} ${to}`)
      assert.match(err, says)
    }
    const { data, copy } = await openScene()
    await writeFile(join(data, 'vault.sqlite'), '')
    for (const vault of ['mysql:', 'postgres:x'])
      assert.equal((await copy('--from', `sqlite:${data}`, '--to', 'esdb:', '--vault', vault)).code, 2)
    assert.match((await copy('--from', 'esdb:', '--to', `sqlite:${data}`, '--vault', 'postgres:')).err, /--vault goes with --from sqlite/)
    const { code, err } = await ledger(['copy', '--from', 'sqlite:./data', '--to', 'esdb:'])
    assert.equal(code, 2)
    assert.match(err, /EVENTSTORE_URL must be set/)
  })
})

it('a long copy says how far it is, now and then', () => {
  const said: string[] = []
  let now = 0
  const say = progress(
    (line) => said.push(line),
    () => now,
  )
  for (now = 0; now <= 25_000; now += 2500) say(now, 'events copied')
  assert.deepEqual(said, ['10000 events copied\n', '20000 events copied\n'])
})
