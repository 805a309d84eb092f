// One that stands by on servers: told to stop while it waits for one of them, it ends without a fault.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { createEdge, openLive, Opened, openSpans, parseSettings, type Life } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { createLedger } from '../src/bootstrap.ts'
import { addLog } from '../src/log.ts'

const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'

/** A store of which the reads fail from `away` on, as those of a server that does not answer. */
const leaving = (store: EventStore): { store: EventStore; away: { now: boolean } } => {
  const away = { now: false }
  const here = async <T>(act: () => Promise<T>): Promise<T> => {
    if (away.now) throw new LedgerError('STORE_UNAVAILABLE', 'The event store does not answer.')
    return act()
  }
  return {
    away,
    store: {
      append: (stream, expected, events) => here(() => store.append(stream, expected, events)),
      readStream: (stream, page) => here(() => store.readStream(stream, page)),
      readAll: (page) => here(() => store.readAll(page)),
      subscribeAll: (page, signal) => store.subscribeAll(page, signal),
      head: () => here(() => store.head()),
      close: () => store.close(),
    },
  }
}

test('told to stop while it waits for the event store in the place of the one that sealed', { timeout: 60_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), 'standby-'))
  const opened = new Opened()
  try {
    const env = {
      LEDGER_STORE: 'esdb',
      EVENTSTORE_URL: 'esdb://127.0.0.1:1',
      LEDGER_DATA: join(root, 'data'),
      LEDGER_LOG: join(root, 'log'),
    }
    const settings = parseSettings({ ...env, LEDGER_KEYS: join(root, 'keys'), LOG_LEVEL: 'silent' })
    const stopping = new AbortController()
    const waits = Promise.withResolvers<string>()
    const faults: unknown[] = []
    const onFatal = (fault: unknown): void => void faults.push(fault)
    const life: Life = { settings, clock: Date.now, say: waits.resolve, onFatal, stopping: stopping.signal }
    const { store, away } = leaving(new MemoryEventStore())
    await createLedger({ store, clock: Date.now }, ledgerId, '0'.repeat(64))
    const live = opened.keep(await openLive({ store, clock: Date.now, onFault: () => {} }))
    const spans = opened.keep(await openSpans(settings, 'standalone', 'test'))
    const vault = { noteKeyUses: async (): Promise<void> => {} }
    const app = await createEdge({ settings, live, vault, clock: Date.now, version: 'test', spans, onFatal, readiness: async () => [] })
    opened.onClose(() => app.close())
    const sealing = { begun: { data: { store, ledgerId, here: 'esdb' as const }, live }, app, readiness: [] }
    const first = new Opened()
    await addLog({ ...sealing, life: { ...life, say: () => {} }, opened: first })
    app.metrics.clear()
    const standing = new Opened()
    await addLog({ ...sealing, life, opened: standing })
    away.now = true
    await first.close()
    assert.match(await waits.promise, /^Waiting\. STORE_UNAVAILABLE/)
    stopping.abort(new Error('told to stop'))
    await standing.close()
    assert.deepEqual(faults, [])
  } finally {
    await opened.close()
    rmSync(root, { recursive: true, force: true })
  }
})
