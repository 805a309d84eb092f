// The README says what is so: its example prints what it says, and its codes are the codes.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { tlogCodes } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the example does what its comments say', () => {
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const said = [...example.matchAll(/^console\.log\(.*\/\/ (.*)$/gm)].map(([, comment]) => comment)
  const printed = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', example], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  })
  assert.ok(said.length > 0)
  assert.deepEqual(printed.trim().split('\n'), said)
})

it('every code is explained, and everything explained is a code', () => {
  assert.deepEqual(
    [...readme.matchAll(/^\| `([A-Z_]+)` \| .+ \|$/gm)].map(([, code]) => code),
    [...tlogCodes],
  )
})
