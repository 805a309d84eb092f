// A file is named by what it knows; a drawer for everything has no name of that kind.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { files } from './sources.ts'

const drawer = /(?:util|helper|common|manager)/i

it('no file or folder is a drawer', () => {
  assert.deepEqual(
    files.filter((path) => drawer.test(path)),
    [],
  )
})
