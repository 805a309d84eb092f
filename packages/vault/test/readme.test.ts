// The example of the README runs as it stands there.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { rooms } from './rooms.ts'

const room = rooms()
after(room.clear)

test('the example', async () => {
  const home = join(import.meta.dirname, '..')
  const code = /```ts\n(.*?)```/s.exec(readFileSync(join(home, 'README.md'), 'utf8'))?.[1] ?? ''
  const there = code.replace("mkdtempSync('vault-')", `mkdtempSync(${JSON.stringify(join(room.dir(), 'vault-'))})`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', there], { cwd: home })
  assert.match(stdout, /back it up apart from the data[^\n]+\n[0-9a-f]{32} [0-9a-f]{64} anna\.martin@example\.org\n$/)
})
