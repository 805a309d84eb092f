// Nobody in the repository is real: every e-mail address is at example.org or another reserved name (RFC 2606), but for the policy's own.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { files, isQuoted, read } from './sources.ts'

const address = /[\p{L}\p{N}._%+-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/gu
const invented = /@(?:[^@]+\.)?(?:example\.org|[^@.]+\.(?:example|test|invalid))$/i
const ofThePolicy = 'donnees.personnelles@huttopia.com'

const real = (path: string): string[] =>
  (read(path).match(address) ?? []).filter((found) => !invented.test(found) && found !== ofThePolicy).map((found) => `${path} has ${found}`)

it('every e-mail address is invented', () => {
  assert.deepEqual(files.filter((path) => !isQuoted(path)).flatMap(real), [])
})
