// The log of accesses is kept as long as the profile says, and no longer.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { initialCatalogue, shippedProfiles, type Catalogue } from '@consent-ledger/domain'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { sweep } from '../src/index.ts'

const now = Date.parse('2026-11-23T12:00:00.000Z')
const day = 24 * 60 * 60 * 1000

const french = (): Catalogue => {
  const profile = shippedProfiles['FR-CNIL']
  assert.ok(profile)
  return { ...initialCatalogue('campo'), profile: { ...profile, sha256: '', eventId: '' } }
}

test('after a year an access is deleted; without a profile nothing is', async () => {
  const vault = openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock: () => now })
  const access = { operatorId: 'o', role: 'legal', subjectId: 's', purpose: 'state' }
  for (const at of [now - 366 * day, now - 364 * day]) await vault.logAccess({ ...access, at })
  const keeping = { vault, clock: () => now, onFailure: (error: unknown) => assert.fail(String(error)) }
  await sweep({ ...keeping, catalogues: () => [initialCatalogue('campo')] })
  assert.equal((await vault.accesses('s')).length, 2)
  await sweep({ ...keeping, catalogues: () => [french()] })
  assert.deepEqual(
    (await vault.accesses('s')).map(({ at }) => at),
    [now - 364 * day],
  )
})
