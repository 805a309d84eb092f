// A ledger of invented people in a store in memory, the files of its log, its keys, and a sequencer that is watched: every head it publishes, every proof it gives.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { iso, ledgerAggregate, type NewEvent } from '@consent-ledger/domain'
import { beginning, fold, type EventStore, type Ticker } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import type { LogFiles } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { openSigningKeys, startSequencer, type Sequencer, type Sequencing, type SigningKeys } from '../src/index.ts'

export const now = Date.parse('2026-11-22T10:00:00.000Z')
export const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'
export const origin = `consent-ledger/${ledgerId}`

const factOf = (type: string, data: NewEvent['data'], n: number): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: {
    schemaVersion: 1,
    recordedAt: iso(now + n),
    writer: { kind: 'site', id: 'campo/campo-fr', trust: 'secret' },
    actId: randomUUID(),
  },
})

export const streamOf = (n: number): string => `subject-${n.toString(16).padStart(32, '0')}`

/** A yes by each of the people from `first` on, `count` of them. */
export const recordYeses = async (store: EventStore, first: number, count: number): Promise<void> => {
  for (let n = first; n < first + count; n++)
    await store.append(streamOf(n), beginning, [factOf('ConsentGiven', { controller: 'campo', site: 'campo-fr', purpose: 'news' }, n)])
}

/** A no of somebody whose yes is the last event of her stream. */
export const recordNo = async (store: EventStore, n: number): Promise<void> => {
  await store.append(streamOf(n), 0n, [factOf('ConsentWithdrawn', { controller: 'campo', site: 'campo-fr', purpose: 'news' }, n)])
}

/** `kept`: the files of the log, which outlive each sequencer. */
export type Scene = { store: MemoryEventStore; kept: Map<string, Uint8Array>; keyDirectory: string; keys: SigningKeys }

export const keysIn = (directory: string): SigningKeys => openSigningKeys(directory, () => {})

/** A ledger that has begun, and no log of it yet. */
export const scene = async (test: TestContext): Promise<Scene> => {
  const keyDirectory = mkdtempSync(join(tmpdir(), 'sequencer-'))
  test.after(() => rmSync(keyDirectory, { recursive: true, force: true }))
  const store = new MemoryEventStore()
  await store.append('ledger', beginning, [factOf('LedgerCreated', { ledgerId, masterKeyCheck: '0'.repeat(64) }, 0)])
  return { store, kept: new Map(), keyDirectory, keys: keysIn(keyDirectory) }
}

export const vkeysOf = async (store: EventStore): Promise<string[]> => (await fold(store, ledgerAggregate)).logKeys.map(({ vkey }) => vkey)

/** Ticks in every turn of the process. */
export const eager: Ticker = (tick) => {
  const stopped = new AbortController()
  const again = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      tick()
      await setImmediate()
    }
  }
  void again()
  return () => stopped.abort()
}

/** A ticker that ticks when told. */
export const handTicker = (): { ticker: Ticker; tick: () => void } => {
  const waiting = new Set<() => void>()
  const ticker: Ticker = (tick) => {
    waiting.add(tick)
    return () => void waiting.delete(tick)
  }
  return { ticker, tick: () => [...waiting].forEach((each) => each()) }
}

export type Running = { sequencer: Sequencer; faults: unknown[]; warnings: string[] }

type Over = Partial<Omit<Sequencing, 'keys'>> & { keys?: SigningKeys }

/** Started; stops with the test. Errors: those of the start. */
export const running = async (test: TestContext, { store, kept, keys }: Scene, over: Over = {}): Promise<Running> => {
  const faults: unknown[] = []
  const warnings: string[] = []
  const sequencer = await startSequencer({
    ledgerId,
    store,
    kind: 'memory',
    files: new MemoryLogFiles(kept),
    keys,
    clock: () => now,
    log: { info: () => {}, warn: (_, message) => void warnings.push(message) },
    onFault: (fault) => void faults.push(fault),
    ticker: eager,
    ...over,
  })
  test.after(() => sequencer.stop())
  return { sequencer, faults, warnings }
}

/** Waits until `done` holds; a fault of the sequencer ends the wait. */
export const until = async ({ faults }: Pick<Running, 'faults'>, done: () => boolean): Promise<void> => {
  while (!done()) {
    if (faults.length > 0) throw faults[0]
    await setImmediate()
  }
}

/** Waits until the published head covers so many leaves. */
export const published = (run: Running, size: number): Promise<void> => until(run, () => run.sequencer.progress().size >= BigInt(size))

/** What the sequencer stopped with. */
export const faultOf = async (run: Running): Promise<unknown> => {
  await until({ faults: [] }, () => run.faults.length > 0)
  await run.sequencer.stop()
  return run.faults[0]
}

/** Events of the ledger itself, before the first person: its beginning, and its key. */
export const own = 2

/** The files, but each call is told to `watch` first, which may throw; `after` hears once it is done. */
export const watched = (files: LogFiles, watch: (step: string) => void, after: (step: string) => void = () => {}): LogFiles => {
  const told = async <T>(step: string, act: () => Promise<T>): Promise<T> => {
    watch(step)
    const done = await act()
    after(step)
    return done
  }
  return {
    read: (path) => told('read', () => files.read(path)),
    create: (made) => told('create', () => files.create(made)),
    replace: (path, bytes) => told(path, () => files.replace(path, bytes)),
    remove: (paths) => told('remove', () => files.remove(paths)),
    setApart: (size) => told('apart', () => files.setApart(size)),
    close: () => files.close(),
  }
}

/** The store, with some of its calls answered otherwise. */
export const storeWith = (store: EventStore, other: Partial<EventStore>): EventStore => ({
  append: (stream, expected, events) => store.append(stream, expected, events),
  readStream: (stream, page) => store.readStream(stream, page),
  readAll: (page) => store.readAll(page),
  subscribeAll: (page, signal) => store.subscribeAll(page, signal),
  head: () => store.head(),
  close: () => store.close(),
  ...other,
})
