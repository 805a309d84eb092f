// No type is given up: `any` stands nowhere.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { read, sources } from './sources.ts'

const comment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
const text = /'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g
const givenUp = /(?:[:<,|&]|=>|\bas\b|\bextends\b|=)\s*any\b(?!\s*[:(.])/
const codeOf = (path: string): string => read(path).replaceAll(comment, '').replaceAll(text, "''")

it('no source uses any', () => {
  assert.deepEqual(
    sources.filter((path) => path.endsWith('ts') && givenUp.test(codeOf(path))),
    [],
  )
})
