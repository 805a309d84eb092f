// The tests' own PostgreSQL ends with the test, also where the test is killed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

const harness = join(import.meta.dirname, '..', 'harness', 'postgres.ts')
const started = `
import { ask, openOwnPostgres } from ${JSON.stringify(harness)}
const postgres = await openOwnPostgres()
const [row] = await ask(await postgres.newDatabase(), "SELECT current_setting('data_directory') AS directory")
console.log(row.directory)
setInterval(() => {}, 1000)`

/** Waits until `there` is no longer so. */
const gone = async (there: () => boolean, times = 1000): Promise<void> => {
  if (!there()) return
  assert.ok(times > 0, 'it is still there')
  await setTimeout(10)
  return gone(there, times - 1)
}

test('a test that is killed leaves neither a server nor its directory', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', started], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  assert.ok(existsSync(join(line, 'postmaster.pid')))
  child.kill('SIGKILL')
  await gone(() => existsSync(line))
})
