// A vault carried from its file to PostgreSQL: whole or no vault at all, and the same people, acts and keys afterwards.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import { act, claimed, controller, cookie, customer, email, lasting } from '@consent-ledger/vault/conformance'
import { copyVault, ownerOfVault, prepareVaultCopy } from '@consent-ledger/vault/copy'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'
import { metaTable, tables } from '../../packages/vault/src/copy/rows.ts'
import { openTarget } from '../../packages/vault/src/copy/target.ts'
import { columns } from '../../packages/vault/src/postgres/schema.ts'
import { ask, openPostgres, type Postgres } from '../harness/postgres.ts'

const [kek, clock, ledgerId] = [createSecretKey(randomBytes(32)), Date.now, 'ledger-1']
const fault = (code: ErrorCode) => (error: unknown) => error instanceof LedgerError && error.code === code
const claim = (n: number) =>
  act([email(`p${n % 900}@example.org`), customer(`c-${n % 700}`), cookie(`d-${n}`)], {
    reach: 'every',
    body: `{"n":${n}}`,
    ...(n % 3 === 0 ? {} : { idempotencyKey: `k-${n}`, note: `{"é":${n}}` }),
  })

/** More rows than a page of each table that grows with people and acts, and some of all others. */
const fill = async (vault: Vault): Promise<void> => {
  await vault.adopt(ledgerId)
  await Promise.all(Array.from({ length: 1500 }, (_, n) => vault.claim(claim(n))))
  const { targets } = await claimed(vault, claim(1))
  const [{ subjectId, links } = { subjectId: '', links: [] }] = targets
  assert.ok(await vault.unlink(subjectId, links[0]?.linkId ?? ''))
  await vault.registerKey('huttopia', 1000)
  await vault.noteKeyUses(new Map([['site-key', 5]]))
  for (const at of [1000, 2000]) await vault.logAccess({ at, operatorId: 'o-1', role: 'legal', subjectId: 's', purpose: 'proof' })
}

describe('a vault copied from its file to PostgreSQL', () => {
  const room = mkdtempSync(join(tmpdir(), 'vault-'))
  const from = join(room, 'vault.sqlite')
  let postgres: Postgres
  let source: Vault
  before(async () => {
    postgres = await openPostgres()
    source = await openSqliteVault({ file: from, kek, clock })
    await fill(source)
  })
  after(async () => {
    await source.close()
    await postgres.close()
    rmSync(room, { recursive: true, force: true })
  })

  const demandSame = async (url: string): Promise<void> => {
    const target = await openPostgresVault({ url, kek, clock })
    for (const n of [1, 2, 1000, 1499]) {
      const [ours, theirs] = [await claimed(source, claim(n)), await claimed(target, claim(n))]
      assert.deepEqual([theirs.outcome, theirs.note, theirs.targets.map(lasting)], ['again', ours.note, ours.targets.map(lasting)])
      const [a, b] = [ours.targets[0], theirs.targets[0]]
      assert.ok(a && b && a.keys.contact.key.equals(b.keys.contact.key) && a.keys.evidence.key.equals(b.keys.evidence.key))
    }
    const all = (vault: Vault) =>
      Promise.all([vault.identity(), vault.actCount(), vault.keyUses(), vault.accesses('s'), vault.mac('act', 'x'), vault.find(controller, claim(7).identifiers)]) // prettier-ignore
    assert.deepEqual(await all(target), await all(source))
    assert.ok((await target.registerKey('huttopia', 2000)).key.equals((await source.registerKey('huttopia', 2000)).key))
    await target.close()
  }

  test('has the same people, acts and keys; copied again it is only compared', async () => {
    const to = await postgres.newDatabase()
    const first = await copyVault({ from, to, ledgerId })
    assert.equal(first.outcome, 'copied')
    assert.deepEqual(Object.keys(first.tables).sort(), Object.keys(columns).sort())
    assert.equal(first.tables['acts']?.rows, 1500)
    await demandSame(to)
    assert.deepEqual(await copyVault({ from, to, ledgerId }), { outcome: 'there', tables: first.tables })
    const target = await openPostgresVault({ url: to, kek, clock })
    await target.claim(act([email('new@example.org')]))
    assert.equal(await target.actCount(), 1501n)
    await target.close()
    await assert.rejects(copyVault({ from, to, ledgerId }), fault('DATA_FOREIGN'))
  })

  test('is no vault before it is whole, wherever the copy was cut; the next run goes on from there', async () => {
    const to = await postgres.newDatabase()
    const cut = new Error('cut')
    for (let runs = 0; ; runs += 1) {
      let pages = 0
      const onProgress = (): void => {
        if ((pages += 1) === 2) throw cut
      }
      const outcome = await copyVault({ from, to, ledgerId, onProgress }).then(
        () => 'copied',
        (error: unknown) => error,
      )
      if (outcome === 'copied') {
        assert.ok(runs >= 4)
        break
      }
      assert.equal(outcome, cut)
      await assert.rejects(openPostgresVault({ url: to, kek, clock }), fault('DATA_CORRUPT'))
    }
    await demandSame(to)
  })

  test('is copied anew where an earlier run left something else', async () => {
    const to = await postgres.newDatabase()
    const onProgress = (table: string): void => {
      if (table === 'acts') throw new Error('cut')
    }
    await assert.rejects(copyVault({ from, to, ledgerId, onProgress }))
    await ask(to, `UPDATE vault.directory SET scheme = 'other' WHERE fingerprint = (SELECT fingerprint FROM vault.directory LIMIT 1)`)
    await copyVault({ from, to, ledgerId })
    await demandSame(to)
  })

  test('that differs at the end is none', async () => {
    const to = await postgres.newDatabase()
    await assert.rejects(copyVault({ from, to, ledgerId, onProgress: () => { throw new Error('cut') } })) // prettier-ignore
    await ask(to, `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.scheme := 'lost'; RETURN NEW; END $$`)
    await ask(to, 'CREATE TRIGGER lose BEFORE INSERT ON vault.links FOR EACH ROW EXECUTE FUNCTION lose()')
    await assert.rejects(copyVault({ from, to, ledgerId }), (error) => fault('INTEGRITY')(error) && String(error).includes('links'))
    await assert.rejects(openPostgresVault({ url: to, kek, clock }), fault('DATA_CORRUPT'))
    await ask(to, 'DROP TRIGGER lose ON vault.links')
    assert.equal((await copyVault({ from, to, ledgerId })).outcome, 'copied')
  })

  test('that another run has made whole is not written to by one that is behind', async () => {
    const to = await postgres.newDatabase()
    const behind = await openTarget(to)
    assert.equal(behind.whole, false)
    await copyVault({ from, to, ledgerId })
    for (const table of tables) await assert.rejects(behind.clear(table), fault('DATA_FOREIGN'))
    await assert.rejects(behind.fill(metaTable, [['other', 'x']]), fault('DATA_FOREIGN'))
    await assert.rejects(behind.finish([]), fault('DATA_FOREIGN'))
    await behind.close()
    assert.equal((await copyVault({ from, to, ledgerId })).outcome, 'there')
  })

  test('of another ledger, from nothing, or onto another vault is refused, and nothing is changed', async () => {
    const to = await postgres.newDatabase()
    await assert.rejects(copyVault({ from, to, ledgerId: 'ledger-2' }), fault('DATA_FOREIGN'))
    const missing = join(room, 'missing.sqlite')
    await assert.rejects(copyVault({ from: missing, to, ledgerId }), fault('NOT_FOUND'))
    assert.equal(existsSync(missing), false)
    assert.deepEqual(await ask(to, `SELECT 1 FROM pg_namespace WHERE nspname = 'vault'`), [])
    const other = await openPostgresVault({ url: to, kek, clock })
    const token = await other.mac('act', 'x')
    await assert.rejects(copyVault({ from, to, ledgerId }), fault('DATA_FOREIGN'))
    assert.equal(await other.mac('act', 'x'), token)
    await other.close()
  })

  test('can be tried before: what would refuse it does so, and what goes well leaves no vault', async () => {
    const to = await postgres.newDatabase()
    await assert.rejects(prepareVaultCopy({ from, to, ledgerId: 'ledger-2' }), fault('DATA_FOREIGN'))
    await prepareVaultCopy({ from, to, ledgerId })
    await assert.rejects(openPostgresVault({ url: to, kek, clock }), fault('DATA_CORRUPT'))
    assert.equal((await copyVault({ from, to, ledgerId })).outcome, 'copied')
    await prepareVaultCopy({ from, to, ledgerId })
    const other = await postgres.newDatabase()
    await (await openPostgresVault({ url: other, kek, clock })).close()
    await assert.rejects(prepareVaultCopy({ from, to: other, ledgerId }), fault('DATA_FOREIGN'))
    const silent = new URL(to)
    silent.port = '1'
    await assert.rejects(prepareVaultCopy({ from, to: silent.href, ledgerId }), fault('VAULT_UNAVAILABLE'))
  })

  test('has an owner once it is whole, which is asked without changing anything', async () => {
    const to = await postgres.newDatabase()
    assert.equal(await ownerOfVault(to), null)
    assert.deepEqual(await ask(to, `SELECT 1 FROM pg_namespace WHERE nspname = 'vault'`), [])
    await prepareVaultCopy({ from, to, ledgerId })
    assert.equal(await ownerOfVault(to), null)
    await copyVault({ from, to, ledgerId })
    assert.equal(await ownerOfVault(to), ledgerId)
  })

  test('carries every column of the file', () => {
    const db = new Database(from, { readonly: true })
    const names = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
    const ofFile = names.map((name) => [name, db.pragma(`table_info(${name})`) as { name: string }[]] as const)
    assert.deepEqual(
      Object.fromEntries(ofFile.map(([name, found]) => [name, found.map((column) => column.name)])),
      Object.fromEntries(Object.entries(columns).map(([name, ofTable]) => [name, Object.keys(ofTable)])),
    )
    db.close()
  })
})
