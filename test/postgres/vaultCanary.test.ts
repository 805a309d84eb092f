// No identifier, key or body of a caller stands anywhere in the database.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { act, claimed, controller, cookie, customer, email, phone } from '@consent-ledger/vault/conformance'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { ask, openPostgres, type Postgres } from '../harness/postgres.ts'

let postgres: Postgres
before(async () => {
  postgres = await openPostgres()
})
after(() => postgres.close())

test('no identifier, key or body of a caller stands in a table', async () => {
  const [url, kek] = [await postgres.newDatabase(), createSecretKey(randomBytes(32))]
  const vault = await openPostgresVault({ url, kek, clock: Date.now })
  const canaries = ['canary.person@example.org', 'CANARY-CUSTOMER', '+33612345678', 'CANARY-COOKIE', 'CANARY-IDEMPOTENCY', 'CANARY-BODY']
  const [mail = '', number = '', telephone = '', browser = '', idempotencyKey = '', body = ''] = canaries
  const claim = act([email(mail), customer(number), phone(telephone), cookie(browser)], { idempotencyKey, body })
  const { subjectId } = (await claimed(vault, claim)).targets[0] ?? { subjectId: '' }
  await vault.claim({ ...claim, body: 'other' })
  await vault.claimOn(subjectId, { writer: 'operator:o-1', idempotencyKey, body })
  await vault.find(controller, claim.identifiers)
  await vault.close()
  const tables = await ask(
    url,
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  )
  assert.ok(tables.length >= 11)
  const rows: string[] = []
  for (const { name } of tables)
    rows.push(...(await ask(url, `SELECT t::text AS row FROM ${String(name)} t`)).map(({ row }) => String(row)))
  const text = rows.join('\n')
  const bytes = [...text.matchAll(/\\x([0-9a-f]+)/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join('\n')
  assert.ok(text.includes(subjectId))
  assert.ok(bytes.length > 0)
  for (const canary of [...canaries, 'canary.person', kek.export().toString('latin1'), kek.export().toString('base64url')])
    assert.ok(!text.includes(canary) && !bytes.includes(canary))
})
