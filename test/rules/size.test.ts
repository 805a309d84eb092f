// A source file is small enough to be read at once.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { read, sources } from './sources.ts'

const longest = 300

const lines = (path: string): number => read(path).split('\n').length - 1

it('no source file has more than 300 lines', () => {
  assert.deepEqual(
    sources.filter((path) => path.includes('/src/') && lines(path) > longest),
    [],
  )
})
