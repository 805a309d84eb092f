// A disk that does not answer: nobody is left waiting, nothing is piled up, and it goes on when the disk does.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import Database from 'better-sqlite3'
import { beginning } from '@consent-ledger/eventstore'
import { event } from '../../src/conformance/setting.ts'
import { WriterQueue } from '../../src/sqlite/writerQueue.ts'
import { toStored } from '../../src/stored.ts'
import { newDirectory, openIn } from './directory.ts'

const request = (stream: string) => ({ stream, expected: Number(beginning), events: [toStored(event())] })

it('what waits longer than is bearable is told so, and so is what comes behind it, until the disk is back', async () => {
  const { directory, file, remove } = newDirectory()
  await (await openIn(directory)).close()
  const queue = new WriterQueue(file, (fault) => assert.fail(fault), 10)
  await queue.start()
  const held = new Database(file)
  // The writer waits for this lock as it would for a disk: longer than the 10 ms of this queue.
  held.exec('BEGIN IMMEDIATE')
  await assert.rejects(queue.append(request('s')), { code: 'STORE_UNAVAILABLE', message: /in time/ })
  await assert.rejects(queue.append(request('t')), { code: 'STORE_UNAVAILABLE', message: /in time/ })
  held.exec('ROLLBACK')
  held.close()
  // On a busy machine a try may be told that it took too long, and be written all the same: the next one finds it.
  const later = request('u')
  for (;;) {
    const settled = await queue.append(later).catch(() => null)
    if (settled !== null) {
      assert.match(settled.kind, /^(?:written|found)$/)
      break
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await queue.close()
  remove()
})
