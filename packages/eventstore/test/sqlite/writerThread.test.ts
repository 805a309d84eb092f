// The writer's thread in the life of the process: its death is a fault of the whole, and it keeps nobody waiting.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { LedgerError } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { event, events, wholeStore } from '../../src/conformance/setting.ts'
import { WriterQueue } from '../../src/sqlite/writerQueue.ts'
import { newDirectory, openIn } from './directory.ts'

it('when the thread dies every waiting append fails, the process is told once, and nothing acknowledged is lost', async () => {
  const { directory, remove } = newDirectory()
  const started: Worker[] = []
  const noteThread = (thread: Worker): void => void started.push(thread)
  process.on('worker', noteThread)
  const faults: LedgerError[] = []
  const store = await openSqliteEventStore({ directory, onFatal: (fault) => faults.push(fault) })
  process.off('worker', noteThread)
  const kept = await store.append('s', beginning, events(3))
  const pending = Array.from({ length: 40 }, (_, n) => store.append(`t-${n}`, beginning, [event()]))
  const results = Promise.allSettled(pending)
  await started[0]?.terminate()
  for (const result of await results) if (result.status === 'rejected') assert.equal(result.reason.code, 'STORE_UNAVAILABLE')
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['STORE_UNAVAILABLE'],
  )
  await assert.rejects(store.append('s', 2n, [event()]), { code: 'STORE_UNAVAILABLE' })
  assert.deepEqual(await store.readStream('s', { after: beginning, limit: 10 }), kept)
  await store.close()
  assert.equal(faults.length, 1)

  const again = await openIn(directory)
  const acknowledged = (await results).filter(({ status }) => status === 'fulfilled').length
  assert.ok((await wholeStore(again)).length >= 3 + acknowledged)
  await again.close()
  remove()
})

it('a thread that cannot begin refuses the start', async () => {
  const { file, remove } = newDirectory()
  const queue = new WriterQueue(file, () => assert.fail('a refused start is told to its caller only'))
  await assert.rejects(queue.start(), /no such table/)
  await queue.close()
  remove()
})

it('a store that nobody closes keeps no process alive; an append under way does until it is durable', async () => {
  const { directory, remove } = newDirectory()
  const module = new URL('../../src/sqlite/index.ts', import.meta.url).href
  const program = `const { openSqliteEventStore } = await import('${module}')
    const store = await openSqliteEventStore({ directory: process.argv[1], onFatal: () => {} })
    const metadata = { schemaVersion: 1, recordedAt: '2026-11-01T10:00:00.000Z', writer: { kind: 'system', id: 'x', trust: 'system' }, actId: 'x' }
    store.append('s', -1n, [{ id: 'x', type: 'X', data: {}, metadata }]).then(() => console.log('durable'))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk) => (said += String(chunk)))
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  assert.equal(said, 'durable\n')
  const store = await openIn(directory)
  assert.equal((await wholeStore(store)).length, 1)
  await store.close()
  remove()
})
