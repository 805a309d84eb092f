// `ledger backup` and `ledger restore` as they are typed, on real files: what a backup holds, what it never holds, and that only a whole one is taken.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { openSqliteEventReader, openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { PublishedLog, type LogReader } from '@consent-ledger/logfiles'
import { openLogDirectory, openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { treeRoot } from '@consent-ledger/tlog'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'
import { backUp } from '../src/commands/backup/backup.ts'
import { copyDatabase } from '../src/commands/backup/databaseFile.ts'
import { copyLog } from '../src/commands/backup/logCopy.ts'
import { ledgerId, openLogScene, sealedLeaves } from './logScene.ts'
import { ledger, type Ran } from './terminal.ts'

const openFiles = (directory: string) => openSqliteEventStore({ directory, onFatal: (fault) => assert.fail(fault) })
const openLog = (directory: string) => openLogDirectory({ directory })
const adapters = {
  openFiles,
  openLog,
  readLog: async (directory: string) => openLogDirectoryReader(directory),
  readEvents: async (directory: string) => openSqliteEventReader(directory),
  copyDatabase,
  openVaultFile: openSqliteVault,
}

const scenes: { remove: () => Promise<void> }[] = []
after(() => Promise.all(scenes.map((scene) => scene.remove())))

/** A ledger at rest in files: eleven leaves published. */
const openScene = async () => {
  const keeper = await openLogScene()
  scenes.push(keeper)
  const { root } = keeper
  const data = join(root, 'data')
  const [store, files] = [await openFiles(data), await openLog(join(data, 'log'))]
  const scene = await openLogScene({ store, files })
  scenes.push(scene)
  const keys = `${data}.keys`
  rmSync(keys, { recursive: true })
  cpSync(scene.keys, keys, { recursive: true })
  writeFileSync(join(data, 'keys.json'), '{"operators":{"legal":"op_a-secret-of-the-first-start"}}', { mode: 0o600 })
  await scene.signUp(3)
  await scene.seal()
  const vault = await openSqliteVault({ file: join(data, 'vault.sqlite'), kek: scene.master.kek, clock: Date.now })
  await vault.adopt(ledgerId)
  await vault.close()
  const env = { LEDGER_DATA: data, LEDGER_PORT: '0' }
  const run = (...args: string[]): Promise<Ran> => ledger(args, { env, ...adapters })
  const rest = async (): Promise<void> => {
    await store.close()
    await files.close()
  }
  return { root, data, keys, backup: join(root, 'backup'), store, scene, env, run, rest }
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )

describe('a backup', () => {
  it('is taken beside the process that writes, says what it holds, and its files are for their owner only', async () => {
    const { backup, run, rest } = await openScene()
    const { code, out, err } = await run('backup', backup)
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    assert.match(out, /^ {2}log {5}11 leaves, root /m)
    assert.match(out, /The keys were not copied\./)
    assert.deepEqual(readdirSync(backup).sort(), ['backup.json', 'events.sqlite', 'log', 'vault.sqlite'])
    for (const name of ['events.sqlite', 'vault.sqlite', 'backup.json']) assert.equal(statSync(join(backup, name)).mode & 0o077, 0, name)
    await rest()
  })

  it('holds no key: none that opens, none that signs, none of the first start', async () => {
    const { data, keys, backup, run, rest } = await openScene()
    await run('backup', backup)
    const secrets = ['master.key', 'log.key'].map((name) => readFileSync(join(keys, name), 'utf8').trim().split('\n').at(-1) ?? '')
    secrets.push(JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')).operators.legal as string)
    for (const file of filesBelow(backup)) for (const secret of secrets) assert.ok(!readFileSync(file).includes(secret), file)
    await rest()
  })

  it('is restored to an empty LEDGER_DATA with the same events, and to no other that has some', async () => {
    const { data, backup, store, run, rest } = await openScene()
    await run('backup', backup)
    const leaves = await sealedLeaves(store)
    await rest()
    rmSync(data, { recursive: true })
    const { code, out, err } = await run('restore', backup)
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    assert.match(out, /^Brought from the backup: events\.sqlite, vault\.sqlite\.$/m)
    const restored = await openFiles(data)
    assert.deepEqual(await sealedLeaves(restored), leaves)
    await restored.close()
    assert.match((await run('restore', backup)).out, /^LEDGER_DATA was whole/m)
  })

  it('is written over no other, nor into what it is a backup of', async () => {
    const { data, backup, run, rest } = await openScene()
    mkdirSync(backup)
    writeFileSync(join(backup, 'backup.json'), 'of yesterday')
    assert.match((await run('backup', backup)).err, /^ALREADY_DONE: .* not empty/)
    assert.equal(readFileSync(join(backup, 'backup.json'), 'utf8'), 'of yesterday')
    assert.deepEqual((await run('backup', join(data, 'backup'))).code, 2)
    assert.ok(!existsSync(join(data, 'backup')))
    await rest()
  })

  it('is refused where there is nothing to back up', async () => {
    const { root, backup, env } = await openScene()
    const nothing = await ledger(['backup', backup], { env: { ...env, LEDGER_DATA: join(root, 'nowhere') }, ...adapters })
    assert.match(nothing.err, /^NOT_FOUND: .*holds no ledger/)
    assert.match((await ledger(['backup', backup], { env: { ...env, LEDGER_STORE: 'memory' }, ...adapters })).err, /^SETTING_INVALID/)
    assert.match(
      (await ledger(['backup', backup], { env: { ...env, LEDGER_LOG: join(root, 'elsewhere') }, ...adapters })).err,
      /^NOT_FOUND: .*LEDGER_LOG/,
    )
  })

  it('has the log that was begun while the events were copied', async () => {
    const scene = await openLogScene()
    scenes.push(scene)
    const to = join(scene.root, 'during')
    const [created] = await scene.store.readStream('ledger', { after: beginning, limit: 1 })
    assert.ok(created)
    let begun = false
    const events: Pick<EventStore, 'readStream'> = {
      readStream: async (stream, page) => {
        if (begun) return scene.store.readStream(stream, page)
        return stream === 'ledger' && page.after < 0n ? [created] : []
      },
    }
    const copyAndBegin = async (_: string, file: string): Promise<void> => {
      writeFileSync(file, '')
      if (!begun) await scene.seal()
      begun = true
    }
    const files = { events: 'events', vault: null }
    const taken = await backUp({ to, store: 'sqlite', events, files, log: scene.files, openLog, copyDatabase: copyAndBegin, clock: Date.now, onProgress: () => {} }) // prettier-ignore
    assert.equal(taken.log?.size, '5')
    assert.ok(existsSync(join(to, 'log', 'public', 'checkpoint')))
  })

  it('is not taken of a log that is not whole: the first difference is named', async () => {
    const { data, backup, run, rest } = await openScene()
    await rest()
    const tile = join(data, 'log', 'public', 'tile', '0', '000.p', '11')
    const bytes = readFileSync(tile)
    bytes[100] = (bytes[100] ?? 0) ^ 1
    writeFileSync(tile, bytes)
    assert.match((await run('backup', backup)).err, /^LOG_DISAGREES: .*tile\/0\/000\.p\/11/)
    assert.ok(!existsSync(join(backup, 'backup.json')), 'and so no restore takes it')
  })
})

describe('a restore', () => {
  it('takes no backup that was not finished, or that was changed', async () => {
    const { data, backup, run, rest } = await openScene()
    await run('backup', backup)
    await rest()
    rmSync(data, { recursive: true })
    const events = join(backup, 'events.sqlite')
    const bytes = readFileSync(events)
    writeFileSync(events, Buffer.concat([bytes.subarray(0, 5000), Buffer.from([1]), bytes.subarray(5001)]))
    assert.match((await run('restore', backup)).err, /^DATA_CORRUPT: .*events\.sqlite is not the file that was backed up/)
    assert.ok(!existsSync(join(data, 'vault.sqlite')), 'nothing was brought')
    rmSync(join(backup, 'backup.json'))
    assert.match((await run('restore', backup)).err, /^NOT_FOUND: .*not finished/)
  })

  it('sets aside a write-ahead log whose database is gone, and takes away the old read model and the mark', async () => {
    const { data, keys, backup, run, rest } = await openScene()
    await run('backup', backup)
    await rest()
    for (const name of ['events.sqlite', 'vault.sqlite']) rmSync(join(data, name))
    writeFileSync(join(data, 'events.sqlite-wal'), 'of a database that is gone')
    writeFileSync(join(data, 'readmodel.sqlite'), 'on positions that are gone')
    writeFileSync(join(keys, 'high-water.json'), '{}')
    assert.equal((await run('restore', backup)).code, 0)
    assert.equal(readFileSync(join(data, 'events.sqlite-wal.stray'), 'utf8'), 'of a database that is gone')
    assert.deepEqual([join(data, 'readmodel.sqlite'), join(keys, 'high-water.json')].filter(existsSync), [])
  })

  it('does nothing beside a ledger that runs', async () => {
    const { data, backup, run, rest } = await openScene()
    await run('backup', backup)
    rmSync(join(data, 'vault.sqlite'))
    assert.match((await run('restore', backup)).err, /^DATA_LOCKED/)
    assert.ok(!existsSync(join(data, 'vault.sqlite')))
    await rest()
  })
})

describe('a log that is copied while it grows', () => {
  /** Between its first reads more is sealed, and partial tiles go of which wider ones are there, as the sequencer takes them away. */
  const growing = async (): Promise<{ reader: LogReader; files: MemoryLogFiles; vkey: string }> => {
    const files = new MemoryLogFiles()
    const scene = await openLogScene({ files })
    scenes.push(scene)
    await scene.signUp(200)
    await scene.seal()
    let reads = 0
    const read = async (path: string): Promise<Uint8Array | null> => {
      const bytes = await files.read(path)
      if (++reads <= 12 && reads % 4 === 0) {
        const before = [...files.kept.keys()].filter((name) => /^tile\/(?:0|entries)\/.*\.p\//.test(name))
        await scene.signUp(5)
        await scene.seal()
        await files.remove(before)
      }
      return bytes
    }
    return { reader: { read }, files, vkey: scene.signer.vkey }
  }

  it('is the whole tree of one of its heads', async () => {
    const { reader, files, vkey } = await growing()
    const copy = new MemoryLogFiles()
    const covered = await copyLog({ from: reader, to: copy })
    const log = new PublishedLog(copy, () => [vkey])
    const head = await log.head()
    assert.ok(head)
    assert.deepEqual(await treeRoot(log.reader(head.size), head.size), head.root)
    let entries = 0n
    for await (const { index } of log.entries(0n, covered)) entries = index + 1n
    assert.equal(entries, covered)
    assert.ok(covered < ((await new PublishedLog(files, () => [vkey]).head())?.size ?? 0n), 'it grew meanwhile')
  })

  it('is brought level by a second copy, which reads only what is new', async () => {
    const { reader, files, vkey } = await growing()
    const copy = new MemoryLogFiles()
    const since = await copyLog({ from: reader, to: copy })
    const covered = await copyLog({ from: files, to: copy, since })
    const head = await new PublishedLog(copy, () => [vkey]).head()
    assert.equal(head?.size, covered)
    assert.deepEqual(await treeRoot(new PublishedLog(copy, () => [vkey]).reader(covered), covered), head.root)
  })

  it('is refused with the name of a full tile that is missing', async () => {
    const { files } = await growing()
    files.kept.delete('tile/0/000')
    await assert.rejects(copyLog({ from: files, to: new MemoryLogFiles() }), (error) => {
      assert.ok(error instanceof LedgerError)
      assert.match(error.message, /lacks tile\/0\/000,/)
      return true
    })
  })
})
