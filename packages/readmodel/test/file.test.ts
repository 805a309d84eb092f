// What is so of a file alone: it may be locked, damaged, another program's, and made by two processes at once.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { refuseRolledBack } from '../src/index.ts'
import { ledgerId } from '../src/conformance/index.ts'
import { World } from '../src/conformance/world.ts'
import { openSqliteReadModel } from '../src/sqlite/index.ts'
import { meddle, opened, scratchFile } from './scratch.ts'

const made = async (file: string): Promise<void> => {
  const model = await openSqliteReadModel({ file, ledgerId })
  await new World(model).tell(Array.from({ length: 300 }, (_, n) => ({ type: 'ConsentGiven', at: n, data: { purpose: `p${n}` } })))
  await model.close()
}
const refused = async (file: string, code: string, message: RegExp, id = ledgerId): Promise<void> => {
  const before = readFileSync(file)
  await assert.rejects(openSqliteReadModel({ file, ledgerId: id }), { code, message })
  assert.ok(readFileSync(file).equals(before), 'the file is left as it was')
}

test('a damaged file is refused, saying that it can be deleted and rebuilt', async (t) => {
  const file = scratchFile(t)
  writeFileSync(file, 'no database at all, but long enough to have been one'.repeat(100))
  await refused(file, 'DATA_CORRUPT', /delete readmodel\.sqlite .* rebuilt/)
})

test('damage behind the first page is told when it is met', async (t) => {
  const file = scratchFile(t)
  await made(file)
  const bytes = readFileSync(file)
  bytes.fill(0x5a, 8192)
  writeFileSync(file, bytes)
  const asked = async () => (await opened(t, file)).listAnswers({ controller: 'campo', limit: 1000 })
  await assert.rejects(asked(), { code: 'DATA_CORRUPT', message: /rebuilt/ })
})

test('the file of another ledger or program, or of a newer one, is refused without a change', async (t) => {
  const file = scratchFile(t)
  await made(file)
  await refused(file, 'DATA_FOREIGN', /another ledger/, '00000000-0000-4000-8000-000000000000')
  meddle(file, 'update meta set schema_version = 1000')
  await refused(file, 'DATA_TOO_NEW', /version 1000/)
  const recipes = scratchFile(t)
  meddle(recipes, 'create table recipes (name text)')
  await refused(recipes, 'DATA_FOREIGN', /another program/)
})

test('two processes may make the same file at once', async (t) => {
  const file = scratchFile(t)
  const program = `import { openSqliteReadModel } from ${JSON.stringify(import.meta.resolve('../src/sqlite/index.ts'))}
    const model = await openSqliteReadModel({ file: ${JSON.stringify(file)}, ledgerId: ${JSON.stringify(ledgerId)} })
    console.log((await model.progress()).checkpoint)
    await model.close()`
  const runs = Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]))
  for (const { stdout } of await Promise.all(runs)) assert.equal(stdout.trim(), '-1n')
  assert.deepEqual(await (await opened(t, file)).progress(), { checkpoint: -1n, asOf: null })
})

test('a locked file is unavailable for now, and the same group is applied later', async (t) => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  const world = new World(model)
  const group = world.group(world.record([{ type: 'ConsentGiven', at: 0 }]))
  const other = new Database(file)
  other.exec('begin immediate')
  await assert.rejects(model.apply(group, 0n), { code: 'STORE_UNAVAILABLE' })
  assert.deepEqual(await model.activity({ controller: 'campo' }), [], 'those who ask never wait')
  other.exec('commit')
  other.close()
  await model.apply(group, 0n)
  assert.equal(await model.checkpoint(), 0n)
})

test('a read model ahead of the store is refused as rolled back', () => {
  refuseRolledBack(-1n, -1n)
  refuseRolledBack(7n, 7n)
  assert.throws(() => refuseRolledBack(8n, 7n), { code: 'DATA_ROLLED_BACK' })
})
