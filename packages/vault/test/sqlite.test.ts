// The vault's file: what it survives, what it refuses to open, and what must never stand in it.
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { Vault } from '../src/index.ts'
import { act, claimed, controller, cookie, customer, email, lasting, phone, target } from '../src/conformance/trial.ts'
import { bringToFormat, takeWal } from '../src/sqlite/format.ts'
import { openSqliteVault } from '../src/sqlite/index.ts'
import { newKek, rooms } from './rooms.ts'

const room = rooms()
after(room.clear)
const kek = newKek()
const open = (file: string, key = kek): Promise<Vault> => openSqliteVault({ file, kek: key, clock: Date.now })
const fault = (code: ErrorCode) => (error: unknown) => error instanceof LedgerError && error.code === code
const anna = email('anna.martin@example.org')
const edit = (file: string, sql: string): void => {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}

test('opened again it gives the same answers', async () => {
  const file = room.file()
  const first = await open(file)
  await first.adopt('ledger-1')
  const claim = act([anna, customer('c-17'), cookie('c-1')], { idempotencyKey: 'k-1', note: 'n' })
  const before = await claimed(first, claim)
  const [token, register] = [await first.mac('showing', 'x'), await first.registerKey('huttopia', 1000)]
  await first.close()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const second = await open(file)
  const again = await claimed(second, claim)
  assert.deepEqual([again.outcome, again.note, again.targets.map(lasting)], ['again', 'n', before.targets.map(lasting)])
  assert.ok(before.targets[0] && again.targets[0]?.keys.contact.key.equals(before.targets[0].keys.contact.key))
  assert.equal(await second.mac('showing', 'x'), token)
  assert.ok((await second.registerKey('huttopia', 2000)).key.equals(register.key))
  assert.deepEqual([await second.identity(), await second.actCount()], ['ledger-1', 1n])
  await second.close()
})

test('no identifier, key or body of a caller stands in the file, its WAL or its index', async () => {
  const file = room.file()
  const vault = await open(file)
  const canaries = ['canary.person@example.org', 'CANARY-CUSTOMER', '+33612345678', 'CANARY-COOKIE', 'CANARY-IDEMPOTENCY', 'CANARY-BODY']
  const [mail = '', number = '', telephone = '', browser = '', idempotencyKey = '', body = ''] = canaries
  const claim = act([email(mail), customer(number), phone(telephone), cookie(browser)], { idempotencyKey, body })
  const { subjectId } = (await claimed(vault, claim)).targets[0] ?? { subjectId: '' }
  await vault.claim({ ...claim, body: 'other' })
  await vault.claimOn(subjectId, { writer: 'operator:o-1', idempotencyKey, body })
  await vault.find(controller, claim.identifiers)
  const bytes = ['', '-wal', '-shm'].map((end) => readFileSync(file + end).toString('latin1')).join('')
  assert.ok(bytes.includes(subjectId))
  for (const canary of [...canaries, 'canary.person', kek.export().toString('latin1')]) assert.ok(!bytes.includes(canary))
  await vault.close()
  for (const canary of canaries) assert.ok(!readFileSync(file).toString('latin1').includes(canary))
})

test('a destroyed key is null, also to a process that had it open', async () => {
  const file = room.file()
  const vault = await open(file)
  const { keys } = await target(vault, [anna])
  assert.ok(await vault.keyById(keys.contact.keyId))
  edit(file, "UPDATE data_keys SET wrapped = NULL, destroyed_at = 1 WHERE use = 'contact'")
  assert.equal(await vault.keyById(keys.contact.keyId), null)
  assert.ok(await vault.keyById(keys.evidence.keyId))
  await vault.close()
})

test('another master key is told at the start', async () => {
  const file = room.file()
  await (await open(file)).close()
  await assert.rejects(open(file, newKek()), fault('MASTER_KEY_WRONG'))
  await (await open(file)).close()
})

test('a key row put in another’s place does not unwrap, and fails its own claim only', async () => {
  const file = room.file()
  const vault = await open(file)
  const [a, b] = [await target(vault, [anna]), await target(vault, [email('bruno@example.org')])]
  await vault.close()
  edit(
    file,
    `UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE owner = '${b.subjectId}' AND use = 'contact') WHERE owner = '${a.subjectId}' AND use = 'contact'`,
  )
  const reopened = await open(file)
  const [mine, theirs] = await Promise.allSettled([reopened.claim(act([anna])), reopened.claim(act([email('bruno@example.org')]))])
  assert.ok(mine.status === 'rejected' && fault('DATA_CORRUPT')(mine.reason))
  assert.equal(theirs.status, 'fulfilled')
  assert.equal(await reopened.actCount(), 3n)
  await reopened.close()
})

test('a database that cannot have a write-ahead log is refused: its commits would be something else', () => {
  const db = new Database(':memory:')
  assert.throws(() => takeWal(db, 'vault.sqlite'), fault('VAULT_UNAVAILABLE'))
  db.close()
})

test('a damaged, foreign or newer file is refused by name, and left as it is', async () => {
  const good = room.file()
  const vault = await open(good)
  await Promise.all(Array.from({ length: 200 }, (_, n) => vault.claim(act([email(`p${n}@example.org`)]))))
  await vault.close()
  const refused: [spoil: (file: string) => void, code: ErrorCode][] = [
    [(file) => writeFileSync(file, 'this is not a database, whatever its name may say'.repeat(100)), 'DATA_CORRUPT'],
    [(file) => truncateSync(file, 8192), 'DATA_CORRUPT'],
    [(file) => edit(file, 'DROP TABLE acts'), 'DATA_CORRUPT'],
    [(file) => edit(file, 'PRAGMA journal_mode = DELETE; PRAGMA application_id = 7'), 'DATA_FOREIGN'],
    [(file) => edit(file, 'PRAGMA user_version = 99'), 'DATA_TOO_NEW'],
  ]
  for (const [spoil, code] of refused) {
    const file = room.file()
    copyFileSync(good, file)
    spoil(file)
    const before = readFileSync(file)
    await assert.rejects(open(file), fault(code))
    assert.ok(readFileSync(file).equals(before))
  }
  await assert.rejects(open(`${room.dir()}/missing/vault.sqlite`), fault('VAULT_UNAVAILABLE'))
})

test('an older format is brought up after a copy; a step that fails leaves the file as it was', () => {
  const file = room.file()
  const db = new Database(file)
  bringToFormat(db, file, ['CREATE TABLE a (x)'])
  assert.equal(existsSync(`${file}.format-0`), false)
  db.exec('INSERT INTO a VALUES (1)')
  assert.throws(() => bringToFormat(db, file, ['', 'ALTER TABLE a ADD COLUMN y; CREATE TABLE a (z)']))
  assert.equal(db.prepare('SELECT * FROM a').columns().length, 1)
  // As an earlier start may have left it: never checked, so never trusted.
  writeFileSync(`${file}.format-1`, 'half a copy')
  bringToFormat(db, file, ['', 'ALTER TABLE a ADD COLUMN y', 'UPDATE a SET y = 2'])
  assert.deepEqual(readdirSync(dirname(file)).filter((name) => name.endsWith('.part')), []) // prettier-ignore
  assert.deepEqual(db.prepare('SELECT x, y FROM a').get(), { x: 1, y: 2 })
  const copy = new Database(`${file}.format-1`, { readonly: true })
  assert.deepEqual(copy.prepare('SELECT * FROM a').get(), { x: 1 })
  copy.close()
  db.close()
})
