// The mark beside the keys: data that are older than what was acknowledged do not start.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { demandNotRolledBack, keepHighWater, readHighWater } from '../src/highWater.ts'

const mark = { ledgerId: 'a', store: 'sqlite', position: 10n, vault: 'sqlite', acts: 5n } as const
const names = { store: 'events.sqlite', vault: 'vault.sqlite' }

test('as kept, so read; none is none', () => {
  const keys = mkdtempSync(join(tmpdir(), 'high-water-'))
  try {
    assert.equal(readHighWater(keys), null)
    keepHighWater(keys, mark)
    assert.deepEqual(readHighWater(keys), mark)
    writeFileSync(join(keys, 'high-water.json'), '{"ledgerId":"a","position":"10","acts":"5"}')
    assert.deepEqual(readHighWater(keys), mark, 'as the first version wrote it')
    writeFileSync(join(keys, 'high-water.json'), '{"ledgerId":')
    assert.throws(() => readHighWater(keys), { code: 'DATA_CORRUPT' })
  } finally {
    rmSync(keys, { recursive: true })
  }
})

test('level or ahead starts; behind in either file, or of another ledger, does not', () => {
  demandNotRolledBack(null, mark, names)
  demandNotRolledBack(mark, mark, names)
  demandNotRolledBack(mark, { ...mark, position: 11n, acts: 6n }, names)
  assert.throws(() => demandNotRolledBack(mark, { ...mark, position: 9n }, names), { code: 'DATA_ROLLED_BACK', message: /events\.sqlite/ })
  assert.throws(() => demandNotRolledBack(mark, { ...mark, acts: 4n }, names), { code: 'DATA_ROLLED_BACK', message: /vault\.sqlite/ })
  assert.throws(() => demandNotRolledBack(mark, { ...mark, ledgerId: 'b' }, names), { code: 'DATA_FOREIGN' })
})

test('positions of a store of another kind, and acts of a vault of another kind, say nothing', () => {
  demandNotRolledBack(mark, { ...mark, store: 'esdb', position: 2n }, names)
  demandNotRolledBack(mark, { ...mark, vault: 'postgres', acts: 2n }, names)
  const moved = { ...mark, store: 'esdb' } as const
  assert.throws(() => demandNotRolledBack(moved, { ...moved, position: 9n }, names), { code: 'DATA_ROLLED_BACK' })
  assert.throws(() => demandNotRolledBack(mark, { ...mark, store: 'esdb', position: 2n, acts: 4n }, names), { code: 'DATA_ROLLED_BACK' })
})
