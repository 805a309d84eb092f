// A process that appends and seals as fast as it can, on real files, to be killed: `node sealing.ts DIRECTORY`. Each event that the store took is a line with its id.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { iso, type NewEvent } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { openLogDirectory } from '@consent-ledger/logfiles/directory'
import { openSigningKeys, startSequencer } from '@consent-ledger/sequencer'

const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'
const directory = process.argv[2] ?? ''
const keys = join(directory, 'keys')

const stop = (fault: unknown): never => {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`)
  process.exit(70)
}

const newEvent = (type: string, data: NewEvent['data']): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { schemaVersion: 1, recordedAt: iso(Date.now()), writer: { kind: 'system', id: 'test', trust: 'system' }, actId: randomUUID() },
})

// Started ahead of its turn, which a line on its input tells.
await once(process.stdin, 'data')
mkdirSync(keys, { recursive: true, mode: 0o700 })
const store = await openSqliteEventStore({ directory, onFatal: stop })
const files = await openLogDirectory({ directory: join(directory, 'log') })
if ((await store.head()) === beginning)
  await store.append('ledger', beginning, [newEvent('LedgerCreated', { ledgerId, masterKeyCheck: '0'.repeat(64) })])
await startSequencer({
  ledgerId,
  store,
  kind: 'sqlite',
  files,
  keys: openSigningKeys(keys, () => {}),
  clock: Date.now,
  log: { info: () => {}, warn: (fields) => stop(new Error(JSON.stringify(fields))) },
  onFault: stop,
  // One batch behind the other: whenever the process is killed, it is at one of its steps.
  ticker: (tick) => {
    const timer = setInterval(tick, 1)
    return () => clearInterval(timer)
  },
})
const append = async (): Promise<void> => {
  for (;;) {
    const event = newEvent('ConsentGiven', { controller: 'campo', site: 'campo-fr', purpose: 'news' })
    await store.append(`subject-${randomUUID().replaceAll('-', '')}`, beginning, [event])
    process.stdout.write(`${event.id}\n`)
  }
}
await Promise.all(Array.from({ length: 4 }, append))
