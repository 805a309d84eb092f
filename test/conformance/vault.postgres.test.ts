// The vault in PostgreSQL passes the suite that the port ships, on a real server.
import { createSecretKey, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { conformance } from '@consent-ledger/vault/conformance'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { openPostgres, type Postgres } from '../harness/postgres.ts'

describe('vault: postgres', () => {
  let postgres: Postgres
  before(async () => {
    postgres = await openPostgres()
  })
  after(() => postgres.close())
  const open = async () => openPostgresVault({ url: await postgres.newDatabase(), kek: createSecretKey(randomBytes(32)), clock: Date.now })
  for (const { name, run } of conformance) test(name, () => run(open))
})
