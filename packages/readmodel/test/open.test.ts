// A file that is damaged, another ledger's or too new is refused by name and left as it was; a new one is made once.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { refuseRolledBack } from '../src/index.ts'
import { openSqliteReadModel } from '../src/sqlite/index.ts'
import { applyAll, ledgerId, meddle, opened, scratchFile } from './scratch.ts'
import { recorded } from './history.ts'

const made = async (file: string): Promise<void> => {
  const model = await openSqliteReadModel({ file, ledgerId })
  await applyAll(model, recorded(Array.from({ length: 300 }, (_, n) => ({ type: 'ConsentGiven', at: n, data: { purpose: `p${n}` } }))))
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

test('a file that does not say whose it is is damaged', async (t) => {
  const file = scratchFile(t)
  await made(file)
  meddle(file, 'delete from meta')
  await refused(file, 'DATA_CORRUPT', /which ledger/)
})

test('the read model of another ledger is refused', async (t) => {
  const file = scratchFile(t)
  await made(file)
  await refused(file, 'DATA_FOREIGN', /another ledger/, '00000000-0000-4000-8000-000000000000')
})

test('the file of another program is refused', async (t) => {
  const file = scratchFile(t)
  meddle(file, 'create table recipes (name text)')
  await refused(file, 'DATA_FOREIGN', /another program/)
})

test('a newer schema is refused', async (t) => {
  const file = scratchFile(t)
  await made(file)
  meddle(file, 'update meta set schema_version = 1000')
  await refused(file, 'DATA_TOO_NEW', /version 1000/)
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

test('a read model ahead of the store is refused as rolled back', () => {
  refuseRolledBack(-1n, -1n)
  refuseRolledBack(7n, 7n)
  assert.throws(() => refuseRolledBack(8n, 7n), { code: 'DATA_ROLLED_BACK' })
})
