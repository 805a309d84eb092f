// The directory of keys: made once, kept private, never replaced.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { openKeyDirectory } from '../src/index.ts'
import { rooms } from './rooms.ts'

const room = rooms()
after(room.clear)
const silent = (): void => {}
const wrong = (words: RegExp) => (error: unknown) =>
  error instanceof LedgerError && error.code === 'MASTER_KEY_WRONG' && words.test(error.message)

test('made at the first start, 0700 and 0600, with a line that says to back it up; the same afterwards', () => {
  const dir = join(room.dir(), 'ledger.keys')
  const lines: string[] = []
  const first = openKeyDirectory(dir, (line) => lines.push(line))
  const file = join(dir, 'master.key')
  assert.deepEqual([statSync(dir).mode & 0o777, statSync(file).mode & 0o777], [0o700, 0o600])
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /back it up apart from the data/)
  const second = openKeyDirectory(dir, (line) => lines.push(line), { expectExisting: true })
  assert.equal(lines.length, 1)
  assert.ok(second.kek.equals(first.kek))
  assert.match(first.check('ledger-1'), /^[0-9a-f]{64}$/)
  assert.equal(second.check('ledger-1'), first.check('ledger-1'))
  assert.notEqual(first.check('ledger-2'), first.check('ledger-1'))
  assert.match(readFileSync(file, 'utf8'), /^# [^\n]+\n[A-Za-z0-9_-]{43}\n$/)
})

test('where data exist, a missing key is named and no other is made', () => {
  const dir = room.dir()
  assert.throws(() => openKeyDirectory(dir, silent, { expectExisting: true }), wrong(/master\.key is missing/))
  assert.throws(() => statSync(join(dir, 'master.key')))
})

test('a key that others can read is refused', () => {
  const dir = room.dir()
  openKeyDirectory(dir, silent)
  for (const mode of [0o640, 0o604, 0o660]) {
    chmodSync(join(dir, 'master.key'), mode)
    assert.throws(() => openKeyDirectory(dir, silent), wrong(/chmod 600/))
  }
})

test('a malformed key is refused, and left as it is', () => {
  const dir = room.dir()
  const file = join(dir, 'master.key')
  openKeyDirectory(dir, silent)
  const good = readFileSync(file, 'utf8')
  for (const text of ['', good.slice(0, -5), good.split('\n')[1] ?? '', `${good}x\n`, good.replace('\n', '\n='), '#\n\n']) {
    writeFileSync(file, text)
    assert.throws(() => openKeyDirectory(dir, silent), wrong(/is not a master key/))
    assert.equal(readFileSync(file, 'utf8'), text)
  }
})

test('a place where no key can be made is told', () => {
  const dir = join(room.dir(), 'file')
  writeFileSync(dir, '')
  assert.throws(() => openKeyDirectory(join(dir, 'keys'), silent), wrong(/cannot be made/))
  rmSync(dir)
  mkdirSync(dir)
  openKeyDirectory(join(dir, 'keys'), silent)
})
