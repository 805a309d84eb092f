// The mark beside the keys: data that are older than what was acknowledged do not start.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { demandNotRolledBack, keepHighWater, readHighWater } from '../src/highWater.ts'

const mark = { ledgerId: 'a', position: 10n, acts: 5n }

test('as kept, so read; none is none', () => {
  const keys = mkdtempSync(join(tmpdir(), 'high-water-'))
  try {
    assert.equal(readHighWater(keys), null)
    keepHighWater(keys, mark)
    assert.deepEqual(readHighWater(keys), mark)
    writeFileSync(join(keys, 'high-water.json'), '{"ledgerId":')
    assert.throws(() => readHighWater(keys), { code: 'DATA_CORRUPT' })
  } finally {
    rmSync(keys, { recursive: true })
  }
})

test('level or ahead starts; behind in either file, or of another ledger, does not', () => {
  demandNotRolledBack(null, mark)
  demandNotRolledBack(mark, mark)
  demandNotRolledBack(mark, { ...mark, position: 11n, acts: 6n })
  assert.throws(() => demandNotRolledBack(mark, { ...mark, position: 9n }), { code: 'DATA_ROLLED_BACK', message: /events\.sqlite/ })
  assert.throws(() => demandNotRolledBack(mark, { ...mark, acts: 4n }), { code: 'DATA_ROLLED_BACK', message: /vault\.sqlite/ })
  assert.throws(() => demandNotRolledBack(mark, { ...mark, ledgerId: 'b' }), { code: 'DATA_FOREIGN' })
})
