// The example of the README runs and prints what it says.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'

it('the example of the README does what its comments say', () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
  const said = [...example.matchAll(/^console\.log\(.*\/\/ (.*)$/gm)].map(([, comment]) => comment)
  const printed = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', example], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  })
  assert.ok(said.length > 0)
  assert.deepEqual(printed.trim().split('\n'), said)
})
