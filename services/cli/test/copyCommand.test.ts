// `ledger copy` as it is typed: what it takes, what it prints, what it ends with, on real files and a store in memory in the server's place.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ledgerAggregate, LedgerError } from '@consent-ledger/domain'
import { fold, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import type { CopyAdapters, VaultCopy } from '../src/commands/copy/command.ts'
import { showsPassword } from '../src/commands/copy/places.ts'
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

/** Copies vaults by name only, and answers whose the database holds: where their rows go is the vault's own test. */
const vaultsOf = (): { copied: object[]; owners: Map<string, string>; vaultCopy: CopyAdapters['vaultCopy'] } => {
  const copied: object[] = []
  const owners = new Map<string, string>()
  const copyVault: VaultCopy['copyVault'] = async ({ from, to, ledgerId }) => {
    copied.push({ from, to, ledgerId })
    owners.set(to, ledgerId)
    return { outcome: 'copied', tables: { subjects: { rows: 3, sha256: '' }, acts: { rows: 4, sha256: '' } } }
  }
  const prepareVaultCopy: VaultCopy['prepareVaultCopy'] = async ({ to }) => {
    if (owners.has(to)) throw new LedgerError('DATA_FOREIGN', 'another vault')
  }
  const ownerOfVault: VaultCopy['ownerOfVault'] = async (url) => owners.get(url) ?? null
  return { copied, owners, vaultCopy: async () => ({ copyVault, prepareVaultCopy, ownerOfVault }) }
}

type Scene = {
  data: string
  server: MemoryEventStore
  /** Connection strings that stores were opened with. */
  asked: string[]
  vaults: ReturnType<typeof vaultsOf>
  copy: (...args: string[]) => Promise<Ran>
}
/** A ledger in files, and a server that outlives the commands. */
const openScene = async (): Promise<Scene> => {
  const data = await mkdtemp(join(root, 'data-'))
  await onFiles(data, build)
  await writeFile(join(data, 'vault.sqlite'), '')
  const server = new MemoryEventStore()
  const asked: string[] = []
  const openServer: CopyAdapters['openServer'] = async (url) => {
    asked.push(url)
    return { ...around(server, (_, __, run) => run()), close: async () => {} }
  }
  const vaults = vaultsOf()
  const { vaultCopy } = vaults
  return { data, server, asked, vaults, copy: (...args) => ledger(['copy', ...args], { env, openFiles: files, openServer, vaultCopy }) }
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
      vault: null,
    })
  })

  it('brings the vault along where one is named, and only asks for it when given again: it goes on with the ledger', async () => {
    const { data, copy, vaults } = await openScene()
    const way = ['--from', `sqlite:${data}`, '--to', 'esdb:', '--vault', 'postgres:']
    await rm(join(data, 'vault.sqlite'))
    assert.match((await copy(...way)).err, /^NOT_FOUND: .*vault\.sqlite/)
    await writeFile(join(data, 'vault.sqlite'), '')
    const { code, out } = await copy(...way)
    assert.equal(code, 0)
    assert.deepEqual(vaults.copied, [{ from: join(data, 'vault.sqlite'), to: env.DATABASE_URL, ledgerId }])
    assert.match(out, /^The vault was copied: 7 rows in 2 tables, each table the same at both\.$/m)
    assert.match(out, /DATABASE_URL\.$/m)
    assert.match(out, /vault\.sqlite\.moved now: no start takes it\.$/m)
    assert.equal(existsSync(join(data, 'vault.sqlite')), false)
    assert.doesNotMatch(out, /secret|database\.example/)
    assert.match((await copy(...way)).out, /^It was moved before/)
    assert.equal(vaults.copied.length, 1)
    const { code: without, err } = await copy(...way.slice(0, 4))
    assert.equal(without, 1)
    assert.match(err, /^LEDGER_MOVED: .*with --vault/)
  })

  it('does not let the vault follow a ledger that went without it', async () => {
    const { data, copy, vaults } = await openScene()
    const way = ['--from', `sqlite:${data}`, '--to', 'esdb:']
    await copy(...way)
    vaults.owners.set('postgres://database.example.org/other', 'another')
    for (const database of ['postgres:', 'postgres://database.example.org/other']) {
      const { code, out, err } = await copy(...way, '--vault', database)
      assert.deepEqual({ code, out }, { code: 1, out: '' })
      assert.match(err, /^LEDGER_MOVED: .*cannot follow any more.*start without DATABASE_URL\.\n/)
      assert.doesNotMatch(err, /secret|database\.example/)
    }
    assert.deepEqual(vaults.copied, [])
  })

  it('closes nothing for a vault that has no place to go', async () => {
    const { data, server, copy, vaults } = await openScene()
    vaults.owners.set(env.DATABASE_URL, 'another')
    const { code, err } = await copy('--from', `sqlite:${data}`, '--to', 'esdb:', '--vault', 'postgres:')
    assert.equal(code, 1)
    assert.match(err, /^DATA_FOREIGN: another vault/)
    assert.equal(await onFiles(data, async (store) => (await fold(store, ledgerAggregate)).movedTo), null)
    assert.deepEqual(await everything(server), [])
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
    assert.ok(showsPassword('postgres://database.example.org/ledger?sslmode=require&password=a-secret'))
    assert.ok(!showsPassword('postgres://ledger@database.example.org/ledger?sslmode=require'))
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

  it('is not understood for any way but from files to EventStoreDB', async () => {
    const oneWay =
      'SETTING_INVALID: A ledger moves one way only, from its files to EventStoreDB: --from sqlite:DIRECTORY --to esdb://… (or esdb:).\n'
    for (const [from, to] of [
      ['esdb:', 'sqlite:./data'],
      ['esdb://events.example.org', 'esdb:'],
      ['sqlite:./data', 'sqlite:./data2'],
      ['sqlite:', 'esdb:'],
      ['./data', 'esdb:'],
      ['memory', 'esdb:'],
      ['sqlite:./data', 'http://events.example.org'],
    ] as const)
      assert.deepEqual(await ledger(['copy', '--from', from, '--to', to], { env }), { code: 2, out: '', err: oneWay }, `${from} ${to}`)
  })

  it('is not understood without a connection string', async () => {
    const broken = await ledger(['copy', '--from', 'sqlite:./data', '--to', 'esdb:x'], { env })
    assert.equal(broken.code, 2)
    assert.match(broken.err, /--to is not a connection string/)
    const { code, err } = await ledger(['copy', '--from', 'sqlite:./data', '--to', 'esdb:'])
    assert.equal(code, 2)
    assert.match(err, /EVENTSTORE_URL must be set/)
    const { data, copy } = await openScene()
    for (const vault of ['mysql:', 'postgres:x'])
      assert.equal((await copy('--from', `sqlite:${data}`, '--to', 'esdb:', '--vault', vault)).code, 2)
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
