// The embedded default carries nothing of the servers: their clients cost memory that a small site never uses.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** Prints every module that the process loads. */
const telling = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) })`

test('no client of EventStoreDB, of PostgreSQL or of Kafka is loaded', { timeout: 60_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), 'embedded-'))
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(telling)}`, main], {
    env: { PATH: process.env['PATH'] ?? '', LEDGER_DATA: join(root, 'data'), LEDGER_PORT: '0', LOG_LEVEL: 'silent' },
  })
  try {
    const loaded = text(child.stderr)
    child.stdout.on('data', (said: Buffer) => void (said.includes('Ready at') && child.kill('SIGTERM')))
    const names = (await loaded).split('\n')
    assert.ok(names.some((name) => name.includes('better-sqlite3')))
    assert.deepEqual(names.filter((name) => /@eventstore\/db-client|@grpc\/grpc-js|\/node_modules\/(?:pg|kafkajs)\/|\/exporter-trace-otlp/.test(name)), []) // prettier-ignore
  } finally {
    child.kill('SIGKILL')
    rmSync(root, { recursive: true })
  }
})
