// The README names every code of a finding, and no other.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { fsckCodes } from '../src/index.ts'

it('every code of fsck has its row, in order', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `(?<code>[A-Z_]+)` \|/gm)].map(({ groups }) => groups?.['code'])
  assert.deepEqual(rows, [...fsckCodes])
})
