// What the documentation takes from the code is what the code says now.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { root } from './sources.ts'

it('whatever `pnpm run docs` writes is up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'docs', 'generate.ts'), '--check'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})
