// A full disk: those who wait are told, nothing is half-written, and it goes on when there is room again.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { rooms } from './rooms.ts'

const room = rooms()
after(room.clear)
const noPrlimit = spawnSync('prlimit', ['--version']).status !== 0 && 'needs prlimit (util-linux) to play a full disk'

test('a disk that is full and has room again', { skip: noPrlimit }, async () => {
  const script = 'ulimit -S -f 2000 && exec "$0" "$@"'
  const args = ['-c', script, process.execPath, join(import.meta.dirname, 'fullDisk.ts'), room.file()]
  const { stdout } = await promisify(execFile)('sh', args)
  assert.deepEqual(JSON.parse(stdout), {
    codes: ['VAULT_UNAVAILABLE'],
    nothingHalf: true,
    outcomes: ['claimed'],
    complete: true,
    still: true,
  })
})
