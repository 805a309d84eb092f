// The vault's schema in PostgreSQL: made by whoever is first, opened again, and refused by name where it is not what this version knows.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import { act, claimed, cookie, customer, email, lasting, target } from '@consent-ledger/vault/conformance'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { openConnections, patience } from '../../packages/vault/src/postgres/connections.ts'
import { bringToFormat } from '../../packages/vault/src/postgres/format.ts'
import { race } from '../../packages/vault/test/race.ts'
import { ask, openPostgres, type Postgres } from '../harness/postgres.ts'

const newKek = (): KeyObject => createSecretKey(randomBytes(32))
const kek = newKek()
const open = (url: string, key = kek): Promise<Vault> => openPostgresVault({ url, kek: key, clock: Date.now })
const fault = (code: ErrorCode) => (error: unknown) => error instanceof LedgerError && error.code === code
const anna = email('anna.martin@example.org')

describe('a vault in PostgreSQL', () => {
  let postgres: Postgres
  let url = ''
  before(async () => {
    postgres = await openPostgres()
    url = await postgres.newDatabase()
  })
  after(() => postgres.close())

  test('opened again it gives the same answers', async () => {
    const first = await open(url)
    await first.adopt('ledger-1')
    const claim = act([anna, customer('c-17'), cookie('c-1')], { idempotencyKey: 'k-1', note: 'n' })
    const made = await claimed(first, claim)
    const [token, register] = [await first.mac('showing', 'x'), await first.registerKey('huttopia', 1000)]
    await first.close()
    const second = await open(url)
    const again = await claimed(second, claim)
    assert.deepEqual([again.outcome, again.note, again.targets.map(lasting)], ['again', 'n', made.targets.map(lasting)])
    assert.ok(made.targets[0] && again.targets[0]?.keys.contact.key.equals(made.targets[0].keys.contact.key))
    assert.equal(await second.mac('showing', 'x'), token)
    assert.ok((await second.registerKey('huttopia', 2000)).key.equals(register.key))
    assert.deepEqual([await second.identity(), await second.actCount()], ['ledger-1', 1n])
    await second.close()
  })

  test('another master key is told at the start', async () => {
    const fresh = await postgres.newDatabase()
    await (await open(fresh)).close()
    await assert.rejects(open(fresh, newKek()), fault('MASTER_KEY_WRONG'))
    await (await open(fresh)).close()
  })

  test('a destroyed key is null, also to a process that had it open', async () => {
    const vault = await open(url)
    const { keys, subjectId } = await target(vault, [anna])
    assert.ok(await vault.keyById(keys.contact.keyId))
    await ask(url, "UPDATE vault.data_keys SET wrapped = NULL, destroyed_at = 1 WHERE use = 'contact' AND owner = $1", [subjectId])
    assert.equal(await vault.keyById(keys.contact.keyId), null)
    assert.ok(await vault.keyById(keys.evidence.keyId))
    await vault.close()
  })

  test('a key row put in another’s place does not unwrap, and fails its own claim only', async () => {
    const fresh = await postgres.newDatabase()
    const vault = await open(fresh)
    const [a, b] = [await target(vault, [anna]), await target(vault, [email('bruno@example.org')])]
    await vault.close()
    const swap = `UPDATE vault.data_keys SET wrapped = (SELECT wrapped FROM vault.data_keys WHERE owner = $2 AND use = 'contact') WHERE owner = $1 AND use = 'contact'`
    await ask(fresh, swap, [a.subjectId, b.subjectId])
    const reopened = await open(fresh)
    const [mine, theirs] = await Promise.allSettled([reopened.claim(act([anna])), reopened.claim(act([email('bruno@example.org')]))])
    assert.ok(mine.status === 'rejected' && fault('DATA_CORRUPT')(mine.reason))
    assert.equal(theirs.status, 'fulfilled')
    assert.equal(await reopened.actCount(), 3n)
    await reopened.close()
  })

  const refused: [what: string, spoil: string, code: ErrorCode][] = [
    ['a newer format', 'UPDATE vault.format SET format = 99', 'DATA_TOO_NEW'],
    ['another’s schema', 'DROP TABLE vault.format', 'DATA_FOREIGN'],
    ['another’s table of that name', 'DROP TABLE vault.format; CREATE TABLE vault.format (a int)', 'DATA_FOREIGN'],
    ['a table that is gone', 'DROP TABLE vault.acts', 'DATA_CORRUPT'],
    ['a column that is gone', 'ALTER TABLE vault.links DROP COLUMN link_id', 'DATA_CORRUPT'],
  ]
  for (const [what, spoil, code] of refused)
    test(`${what} is refused with ${code}, and left as it is`, async () => {
      const fresh = await postgres.newDatabase()
      await (await open(fresh)).close()
      await ask(fresh, spoil)
      const shape = (): Promise<unknown> =>
        ask(fresh, `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'vault' ORDER BY 1, 2`)
      const before = await shape()
      await assert.rejects(open(fresh), fault(code))
      assert.deepEqual(await shape(), before)
    })

  test('a schema that stands there empty is taken, as from somebody who keeps the right to make schemas', async () => {
    const fresh = await postgres.newDatabase()
    await ask(fresh, 'CREATE SCHEMA vault')
    await (await open(fresh)).close()
  })

  test('opened by many at once on an empty database, it is made once', async () => {
    const fresh = await postgres.newDatabase()
    const vaults = await Promise.all(Array.from({ length: 8 }, () => open(fresh)))
    const tokens = await Promise.all(vaults.map((vault) => vault.mac('act', 'x')))
    assert.equal(new Set(tokens).size, 1)
    await Promise.all(vaults.map((vault) => vault.close()))
  })

  test('an older format is brought up by one of those who begin at once; a step that fails leaves it as it was', async () => {
    const fresh = await postgres.newDatabase()
    const bring = async (...steps: string[]): Promise<void> => {
      const connections = openConnections(fresh, patience.atStart)
      try {
        await bringToFormat(connections, steps)
      } finally {
        await connections.close()
      }
    }
    await bring('CREATE TABLE vault.a (x int); INSERT INTO vault.a VALUES (1)')
    await assert.rejects(bring('', 'ALTER TABLE vault.a ADD COLUMN y int', 'CREATE TABLE vault.a (z int)'))
    assert.deepEqual(await ask(fresh, 'SELECT * FROM vault.a'), [{ x: 1 }])
    const later = ['', 'ALTER TABLE vault.a ADD COLUMN y int', 'UPDATE vault.a SET y = coalesce(y, 1) + 1'] as const
    await Promise.all([bring(...later), bring(...later), bring(...later)])
    assert.deepEqual(await ask(fresh, 'SELECT * FROM vault.a'), [{ x: 1, y: 2 }])
    await assert.rejects(bring(''), fault('DATA_TOO_NEW'))
  })

  test('two processes open an empty database and race 200 claims each, whatever the database has as its defaults', async () => {
    const fresh = await postgres.newDatabase()
    const name = new URL(fresh).pathname.slice(1)
    await ask(fresh, `ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`)
    await ask(fresh, `ALTER DATABASE ${name} SET bytea_output = 'escape'`)
    await race('postgres', fresh)
  })
})
