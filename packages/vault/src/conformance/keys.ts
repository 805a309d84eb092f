// Data keys, register keys and the vault's own keyed hashes.
import assert from 'node:assert/strict'
import { open, seal } from '../sealing.ts'
import { email, on, target, type Test } from './trial.ts'

const anna = email('anna.martin@example.org')
const year = 365 * 86_400_000
const start = Date.UTC(2026, 10, 22)

export const keyTests: Test[] = [
  on('each subject has two keys of its own, found by their ids', async (vault) => {
    const [a, b] = [await target(vault, [anna]), await target(vault, [email('bruno@example.org')])]
    const all = [a.keys.contact, a.keys.evidence, b.keys.contact, b.keys.evidence]
    assert.equal(new Set(all.map(({ keyId }) => keyId)).size, 4)
    assert.equal(new Set(all.map(({ key }) => key.export().toString('hex'))).size, 4)
    for (const key of all) {
      assert.match(key.keyId, /^[A-Za-z0-9_-]+$/)
      const found = await vault.keyById(key.keyId)
      assert.ok(found)
      assert.ok(found.key.equals(key.key))
      assert.equal(found.use, key.use)
      assert.equal(found.endsAt, undefined)
    }
  }),
  on('what was sealed under a claim’s key opens under the key found later', async (vault) => {
    const { keys, actId, subjectId } = await target(vault, [anna])
    const context = { actId, field: 'evidence/ip', subjectId }
    const { sealed } = seal(keys.evidence, context, '203.0.113.9')
    const key = await vault.keyById(keys.evidence.keyId)
    assert.ok(key)
    assert.equal(open(key, context, sealed).value, '203.0.113.9')
  }),
  on('an unknown key is null', async (vault) => {
    const { keys } = await target(vault, [anna])
    for (const keyId of ['', 'nobody_c1', `${keys.contact.keyId}1`, keys.contact.keyId.toUpperCase(), 'x'.repeat(1000)])
      assert.equal(await vault.keyById(keyId), null)
  }),
  on('a register key is used again for a year, then another is made; the first stays, with its end', async (vault) => {
    const both = await Promise.all([vault.registerKey('huttopia', start), vault.registerKey('huttopia', start)])
    assert.equal(both[0].keyId, both[1].keyId)
    assert.equal(both[0].use, 'register')
    const later = await vault.registerKey('huttopia', start + year - 1)
    assert.ok(later.keyId === both[0].keyId && later.key.equals(both[0].key))
    const next = await vault.registerKey('huttopia', start + year)
    assert.notEqual(next.keyId, later.keyId)
    assert.ok((later.endsAt ?? 0) >= start + 2 * year)
    assert.ok((next.endsAt ?? 0) > (later.endsAt ?? 0))
    assert.equal((await vault.keyById(later.keyId))?.endsAt, later.endsAt)
    assert.notEqual((await vault.registerKey('ledger', start)).keyId, later.keyId)
  }),
  on('a keyed hash is stable, differs by use and text, and is no plain hash', async (vault) => {
    const token = await vault.mac('confirmation', 'event-1')
    assert.match(token, /^[0-9a-f]{64}$/)
    assert.equal(await vault.mac('confirmation', 'event-1'), token)
    const others = [await vault.mac('showing', 'event-1'), await vault.mac('act', 'event-1'), await vault.mac('confirmation', 'event-2')]
    assert.equal(new Set([token, ...others]).size, 4)
  }),
  {
    name: 'two vaults have nothing in common',
    run: async (openVault) => {
      const vaults = [await openVault(), await openVault()] as const
      assert.notEqual(await vaults[0].mac('act', 'x'), await vaults[1].mac('act', 'x'))
      await Promise.all(vaults.map((vault) => vault.close()))
    },
  },
]
