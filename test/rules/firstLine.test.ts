// The first line of a source file says what the file is for, so that a newcomer finds a rule in a minute.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { files, read, sources } from './sources.ts'

const saysSomething = /^(?:\/\/|#) \S.{14,}$/
const pragma = /@ts-|eslint|oxlint|prettier/
const says = (line = ''): boolean => saysSomething.test(line) && !pragma.test(line)

describe('the first line', () => {
  it('of a source file is a comment that says what the file is for', () => {
    assert.deepEqual(
      sources.filter((path) => !read(path).startsWith('#!') && !says(read(path).split('\n')[0])),
      [],
    )
  })
  it('of a script is its shebang, and the next one says what it is for', () => {
    assert.deepEqual(
      files.filter((path) => read(path).startsWith('#!') && !says(read(path).split('\n')[1])),
      [],
    )
  })
})
