// The commands on the transparency log, on the files of a ledger that really ran.
import assert from 'node:assert/strict'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openSqliteEventReader } from '@consent-ledger/eventstore/sqlite'
import { openLogDirectory, openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { generateKey } from '@consent-ledger/tlog'
import { startOwnLedger } from '../src/ownLedger.ts'
import { anna, openScene, type Scene } from './scene.ts'
import { ledger, type Ran } from './terminal.ts'

let scene: Scene
before(async () => {
  scene = await openScene()
  await scene.say('given')
})
after(() => scene.remove())

const log = (...args: string[]): Promise<Ran> =>
  ledger(['log', ...args], {
    env: { LEDGER_DATA: scene.data },
    readEvents: async (directory) => openSqliteEventReader(directory),
    openLog: (directory) => openLogDirectory({ directory }),
    readLog: async (directory) => openLogDirectoryReader(directory),
  })

const entries = (): string => join(scene.data, 'log', 'entries', 'tile', 'entries', '000.p')
const tiles = (): string => join(scene.data, 'log', 'public', 'tile', '0', '000.p')
const widest = async (directory: string): Promise<string> =>
  join(directory, (await readdir(directory)).sort((one, other) => Number(other) - Number(one))[0] ?? '')
const keyFile = async (vkey: string): Promise<string> => {
  const file = join(scene.root, 'trusted.vkey')
  await writeFile(file, `# of the log\n${vkey}\n`)
  return file
}

describe('log fsck', () => {
  it('finds the log of a running ledger whole', async () => {
    const { code, out, err } = await log('fsck')
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    assert.match(out, /is whole: \d+ leaves, root [A-Za-z0-9+/]{43}=\.\n[^]*keys are those that the ledger names/)
  })

  it('finds that the statement of a dossier holds', async () => {
    const out = join(scene.root, 'out')
    const proof = await ledger(['proof', '--email', anna.value, '--reason', 'Dispute 42', '--out', out], { env: scene.env })
    assert.equal(proof.code, 0, proof.err)
    const { code, out: said } = await log('fsck', '--statement', join(out, 'completeness.note'))
    assert.equal(code, 0, said)
    assert.match(said, /The statement holds/)
  })

  it('finds it whole when it ended, against the event store too, and says so in JSON', async () => {
    await scene.stop()
    const { code, out } = await log('fsck', '--from-store')
    assert.equal(code, 0)
    assert.match(out, /Every leaf is its event/)
    const { size, finding, fromStore, keys } = JSON.parse((await log('fsck', '--from-store', '--json')).out) as Record<string, unknown>
    assert.match(String(size), /^\d+$/)
    assert.deepEqual({ finding, fromStore, keys }, { finding: null, fromStore: true, keys: 'ledger' })
  })

  it('names a changed entry, what to do, and ends with 1', async () => {
    const file = await widest(entries())
    const whole = await readFile(file)
    const changed = Buffer.from(whole)
    changed[200] = (changed[200] ?? 0) ^ 1
    await writeFile(file, changed)
    const { code, out } = await log('fsck')
    const json = await log('fsck', '--json')
    await writeFile(file, whole)
    assert.equal(code, 1)
    assert.match(out, /^ENTRY_WRONG at tile\/entries\/000\.p\/\d+: Leaf 0, [^]*\nWhat to do: Bring the file back/)
    assert.equal(json.code, 1)
    assert.equal((JSON.parse(json.out) as { finding: { code: string } }).finding.code, 'ENTRY_WRONG')
  })

  it('goes by the keys that are brought along, and says whose word it took otherwise', async () => {
    const vkey = generateKey('log.example.org').vkey
    const { code, out } = await log('fsck', '--key', await keyFile(vkey))
    assert.equal(code, 1)
    assert.match(out, /^KEY_UNKNOWN /)
    assert.match((await log('fsck', '--log', join(scene.data, 'log'))).out, /keys are those that the log itself names/)
  })

  it('names a statement that is none', async () => {
    const file = join(scene.root, 'completeness.note')
    await writeFile(file, 'nothing\n')
    const { code, out } = await log('fsck', '--statement', file)
    assert.equal(code, 1)
    assert.match(out, /^STATEMENT_WRONG at completeness\.note/)
  })

  it('is not understood with files that cannot be read or hold no key, and finds no log where there is none', async () => {
    const none = join(scene.root, 'none')
    for (const flag of ['--key', '--statement']) assert.equal((await log('fsck', flag, none)).code, 2)
    for (const text of ['', '# nothing', 'not a key']) assert.equal((await log('fsck', '--key', await keyFile(text))).code, 2, text)
    const { code, err } = await log('fsck', '--log', none)
    assert.equal(code, 1)
    assert.match(err, /^NOT_FOUND: .*holds no log/)
  })
})

describe('log rebuild', () => {
  it('makes a lost tile and a damaged state again', async () => {
    const tile = await widest(tiles())
    const whole = await readFile(tile)
    await rm(tile)
    await writeFile(join(scene.data, 'log', 'state.json'), '{}')
    assert.match((await log('fsck')).out, /^FILE_MISSING at tile\/0\/000\.p\/\d+: [^]*ledger log rebuild/)
    const { code, out } = await log('rebuild')
    assert.equal(code, 0)
    assert.match(out, /signed heads?\.\nTiles made again: 1 that were missing, 0 that were wrong\.\nThe state was lost/)
    assert.deepEqual(await readFile(tile), whole)
    assert.equal((await log('fsck', '--from-store')).code, 0)
    const { made, replaced, state } = JSON.parse((await log('rebuild', '--json')).out) as Record<string, unknown>
    assert.deepEqual({ made, replaced, state }, { made: 0, replaced: 0, state: false })
  })

  it('makes a log whose disk is lost again from the events, and the ledger goes on with it', async () => {
    const directory = join(scene.data, 'log')
    await rename(directory, `${directory}.lost`)
    const { code, out, err } = await log('rebuild', '--from-store')
    assert.equal(code, 0, err)
    assert.match(out, /\n\d+ leaves made again from the events;/)
    const bundle = await widest(entries())
    assert.deepEqual(await readFile(bundle), await readFile(bundle.replace(directory, `${directory}.lost`)))
    await (await startOwnLedger({}, scene.data)).stop()
    assert.equal((await log('fsck', '--from-store')).code, 0)
    assert.equal((JSON.parse((await log('rebuild', '--from-store', '--json')).out) as { entries: string }).entries, '0')
  })

  it('does not begin while a sequencer holds the log', async () => {
    const held = await openLogDirectory({ directory: join(scene.data, 'log') })
    const { code, err } = await log('rebuild')
    await held.close()
    assert.equal(code, 1)
    assert.match(err, /^DATA_LOCKED: /)
  })
})

describe('log rotate-key', () => {
  it('makes the next key once; the next start goes on under it, from the state that was made again too', async () => {
    const first = await log('rotate-key', '--json')
    const again = await log('rotate-key')
    const { vkey, replaces, made } = JSON.parse(first.out) as Record<string, string | boolean>
    assert.equal(made, true)
    assert.match(again.out, /was made before and has not taken over yet/)
    assert.ok(again.out.includes(String(vkey)))
    const { stop } = await startOwnLedger({}, scene.data)
    await stop()
    await (await startOwnLedger({}, scene.data)).stop()
    assert.equal((await log('fsck', '--from-store')).code, 0)
    assert.equal((await log('fsck', '--key', await keyFile(String(replaces)))).code, 0)
    // The new key has signed no head yet, and anybody can name a stranger's key as the next.
    assert.match((await log('fsck', '--key', await keyFile(String(vkey)))).out, /^KEY_UNKNOWN /)
    assert.deepEqual((await readdir(`${scene.data}.keys`)).filter((name) => name.startsWith('log.key')).length, 2)
    assert.notEqual((JSON.parse((await log('rotate-key', '--json')).out) as { vkey: string }).vkey, vkey)
  })

  it('has nothing to hand over where no log was begun', async () => {
    const { code, err } = await ledger(['log', 'rotate-key'], { env: { LEDGER_DATA: join(scene.root, 'nowhere') } })
    assert.equal(code, 1)
    assert.match(err, /^SIGNING_KEY_WRONG: .*log\.key is missing/)
  })
})
