// Sources run as they are: a relative import names the file, ending and all, and one that exists.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import { importsOf, root, sources } from './sources.ts'

const broken = (path: string): string[] =>
  importsOf(path)
    .filter((target) => target.startsWith('.'))
    .filter((target) => !/\.(?:ts|mjs|json)$/.test(target) || !existsSync(join(root, dirname(path), target)))
    .map((target) => `${path} imports ${target}`)

it('every relative import names an existing file by its full name', () => {
  assert.deepEqual(sources.flatMap(broken), [])
})
