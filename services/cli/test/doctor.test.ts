// What `ledger doctor` says of a ledger that is well, and of each thing that can be wrong with one: named, with a remedy, and by the exit code.
import assert from 'node:assert/strict'
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { LedgerError, treeHeadsStream } from '@consent-ledger/domain'
import { openSqliteEventReader, openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { openKeyFile } from '@consent-ledger/logfiles'
import { openLogDirectory, openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { cosign, generateKey, parseNote, parseSkey } from '@consent-ledger/tlog'
import { lookAtClock } from '../src/commands/doctor/clock.ts'
import { judgeRoom } from '../src/commands/doctor/disk.ts'
import type { Finding } from '../src/commands/doctor/finding.ts'
import { openLogScene } from './logScene.ts'
import { ledger, type Ran } from './terminal.ts'

const scenes: { remove: () => Promise<void> }[] = []
after(() => Promise.all(scenes.map((scene) => scene.remove())))

const hour = 3_600_000

/** A ledger at rest in files, backed up an hour ago. */
const openScene = async () => {
  const keeper = await openLogScene()
  scenes.push(keeper)
  const data = join(keeper.root, 'data')
  const store = await openSqliteEventStore({ directory: data, onFatal: (fault) => assert.fail(fault) })
  const files = await openLogDirectory({ directory: join(data, 'log') })
  const scene = await openLogScene({ store, files })
  scenes.push(scene)
  await scene.signUp(3)
  await scene.seal()
  await store.close()
  await files.close()
  const keys = `${data}.keys`
  rmSync(keys, { recursive: true })
  cpSync(scene.keys, keys, { recursive: true })
  chmodSync(keys, 0o700)
  const backedUp = (hours: number): void =>
    writeFileSync(
      join(data, 'last-backup.json'),
      JSON.stringify({ startedAt: new Date(Date.now() - hours * hour).toISOString(), directory: '/backups/monday' }),
    )
  backedUp(1)
  const doctor = (env: Record<string, string> = {}, ...args: string[]): Promise<Ran> =>
    ledger(['doctor', ...args], {
      env: { LEDGER_DATA: data, LEDGER_PORT: '0', ...env },
      readEvents: async (directory) => openSqliteEventReader(directory),
      readLog: async (directory) => openLogDirectoryReader(directory),
    })
  return { data, keys, backedUp, doctor }
}

/** The one thing that is wrong. */
const wrong = async (run: Promise<Ran>): Promise<Finding> => {
  const { code, out } = await run
  assert.equal(code, 1, out)
  const findings = (JSON.parse(out) as { findings: Finding[] }).findings.filter(({ well }) => !well)
  const [finding, ...more] = findings
  assert.ok(finding !== undefined && more.length === 0, out)
  assert.ok((finding.remedy ?? '').length > 0)
  return finding
}

describe('doctor', () => {
  it('says of a ledger that is well that it is, line by line', async () => {
    const { doctor } = await openScene()
    const { code, out, err } = await doctor()
    assert.deepEqual({ code, err }, { code: 0, err: '' }, out)
    assert.match(out, /^well {3}log, fsck: 11 leaves/m)
    assert.match(out, /Nothing is wrong\.\n$/)
  })

  it('leaves the whole log unread if told so', async () => {
    const { doctor } = await openScene()
    assert.doesNotMatch((await doctor({}, '--no-fsck')).out, /fsck/)
  })

  it('a key that is missing, seen by others, or another', async () => {
    const { keys, doctor } = await openScene()
    const [master, log] = [join(keys, 'master.key'), join(keys, 'log.key')]
    chmodSync(log, 0o644)
    assert.deepEqual((await wrong(doctor({}, '--json'))).remedy, `chmod 600 ${log}`)
    rmSync(log)
    assert.equal((await wrong(doctor({}, '--json'))).what, 'log.key')
    openKeyFile(log, 'log.example.org', { expectExisting: false })
    assert.match((await wrong(doctor({}, '--json'))).says, /not the key that the ledger names/)
    const { keys: right } = await openScene()
    cpSync(join(right, 'master.key'), master)
    assert.match((await doctor()).out, /^WRONG {2}master\.key: It is not the key of this ledger\./m)
    chmodSync(keys, 0o755)
    assert.match((await doctor()).out, /can be entered by others/)
  })

  it('no keys at all', async () => {
    const { keys, doctor } = await openScene()
    renameSync(keys, `${keys}.away`)
    assert.match((await wrong(doctor({}, '--json'))).says, /is not there/)
  })

  it('a backup that is too old, or was never taken', async () => {
    const { data, backedUp, doctor } = await openScene()
    backedUp(30)
    assert.match((await wrong(doctor({}, '--json'))).says, /30\.0 h old, in \/backups\/monday/)
    assert.equal((await doctor({}, '--backup-age', '48')).code, 0)
    rmSync(join(data, 'last-backup.json'))
    assert.match((await wrong(doctor({}, '--json'))).says, /None was ever taken/)
    writeFileSync(join(data, 'last-backup.json'), 'of a disk that is full')
    assert.match((await wrong(doctor({}, '--json'))).says, /cannot be read/)
    assert.equal((await doctor({}, '--backup-age', 'soon')).code, 2)
  })

  it('a bit of the log that flipped, by the name of its file', async () => {
    const { data, doctor } = await openScene()
    const file = join(data, 'log', 'entries', 'tile', 'entries', '000.p', '11')
    const bytes = readFileSync(file)
    bytes[50] = (bytes[50] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const { what, says } = await wrong(doctor({}, '--json'))
    assert.equal(what, 'log, fsck')
    assert.match(says, /tile\//)
  })

  it('a log that lies elsewhere than LEDGER_LOG says', async () => {
    const { data, doctor } = await openScene()
    mkdirSync(join(data, 'empty'))
    assert.match((await wrong(doctor({ LEDGER_LOG: join(data, 'empty') }, '--json'))).says, /nothing is published/)
  })

  it('a service that was named and does not answer, is not a ledger, or is not ready by its own word', async () => {
    const { doctor } = await openScene()
    const server = createServer((request, reply) => {
      reply.statusCode = request.url === '/readyz' ? 503 : 200
      reply.setHeader('content-type', 'application/json')
      reply.end(JSON.stringify(request.url === '/readyz' ? { notReady: [{ what: 'log', why: 'It falls behind.' }] } : answer))
    })
    let answer: object = { status: 'ok' }
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const env = { LEDGER_URL: `http://127.0.0.1:${port}` }
    assert.deepEqual((await wrong(doctor(env, '--json'))).says, 'It falls behind.')
    answer = { hello: 'world' }
    assert.match((await wrong(doctor(env, '--json'))).says, /is not a ledger/)
    await new Promise((resolve) => server.close(resolve))
    assert.match((await wrong(doctor(env, '--json'))).says, /Nothing answers/)
  })

  it('a look that fails, and says all the rest', async () => {
    const { doctor, data } = await openScene()
    const readEvents = async (directory: string) => {
      const events = openSqliteEventReader(directory)
      const readStream: typeof events.readStream = (stream, page) =>
        stream === treeHeadsStream
          ? Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'The store does not answer.'))
          : events.readStream(stream, page)
      return { ...events, readStream, readAll: () => assert.fail('positions are not counted back from'), close: () => events.close() }
    }
    const readLog = async (directory: string) => openLogDirectoryReader(directory)
    assert.equal((await doctor()).code, 0)
    const { code, out } = await ledger(['doctor'], { env: { LEDGER_DATA: data, LEDGER_PORT: '0' }, readEvents, readLog })
    assert.equal(code, 1)
    assert.match(out, /^WRONG {2}clock: It could not be looked at \(STORE_UNAVAILABLE\)\./m)
    assert.match(out, /^well {3}backup: [^]*2 of \d+ are wrong/m)
  })

  it('nowhere to look', async () => {
    const { doctor } = await openScene()
    assert.match((await doctor({ LEDGER_DATA: '/nowhere' })).err, /^NOT_FOUND/)
    assert.equal((await doctor({ LEDGER_STORE: 'memory' })).code, 2)
  })
})

describe('the clock', () => {
  const recorded = Date.parse('2026-11-23T10:00:00.000Z')

  it('behind the newest event is wrong; behind by less than two readings of it is not', async () => {
    const scene = await openLogScene()
    scenes.push(scene)
    await scene.seal()
    const [late, level] = [await lookAtClock(scene.store, recorded - hour), await lookAtClock(scene.store, recorded)]
    assert.match(late.says, /60\.0 min behind the newest event/)
    assert.ok(level.well)
  })

  it('far from a witness at the newest head is wrong', async () => {
    const scene = await openLogScene()
    scenes.push(scene)
    const { text } = parseNote(await scene.seal())
    const witness = parseSkey(generateKey('witness.example.org', 0x04).skey)
    const cosigned = async (seconds: number, revision: bigint): Promise<Finding> => {
      const data = { size: '5', signatures: [cosign(witness, text, BigInt(seconds))] }
      const metadata = { schemaVersion: 1, recordedAt: new Date(recorded).toISOString(), writer: { kind: 'system', id: 'scene', trust: 'system' }, actId: '' } as const // prettier-ignore
      await scene.store.append(treeHeadsStream, revision - 1n, [
        { id: `0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f1${revision}`, type: 'TreeHeadCosigned', data, metadata },
      ])
      return lookAtClock(scene.store, recorded + hour)
    }
    assert.ok((await cosigned(recorded / 1000 + 60, 1n)).well)
    assert.match((await cosigned(recorded / 1000 + 3600, 2n)).says, /60\.0 min from a witness's clock/)
  })
})

describe('the disk', () => {
  const GiB = 1024 ** 3
  it('is well with a gibibyte and a twentieth of it free, and not with less of either', () => {
    assert.ok(judgeRoom('disk', { free: 2 * GiB, size: 20 * GiB }).well)
    assert.ok(!judgeRoom('disk', { free: 0.9 * GiB, size: 2 * GiB }).well)
    assert.match(judgeRoom('disk', { free: 2 * GiB, size: 100 * GiB }).says, /^Only 2\.0 GiB of 100\.0 GiB are free\.$/)
  })
})
