// A store with invented acts, a read model in a directory of its own, and a read model whose steps fail as told.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { LedgerError, iso } from '@consent-ledger/domain'
import type { NewEvent } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import type { EventStore, Ticker } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { startProjector } from '../src/index.ts'
import type { Projecting, Projector } from '../src/index.ts'

export const now = Date.parse('2026-11-22T10:00:00.000Z')

export const scratchFile = (test: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'projector-'))
  test.after(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'readmodel.sqlite')
}

export const opened = async (test: TestContext, file = scratchFile(test)): Promise<ReadModel> => {
  const model = await openSqliteReadModel({ file, ledgerId: '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11' })
  test.after(() => model.close())
  return model
}

/** One yes of a subject of its own, `n` minutes before now. */
export const recordYes = async (store: EventStore, n: number): Promise<void> => {
  const at = iso(now - n * 60_000)
  const event: NewEvent = {
    id: randomUUID(),
    type: 'ConsentGiven',
    data: {
      controller: 'campo',
      site: 'campo-fr',
      purpose: 'news',
      purposeVersion: 1,
      channels: ['email'],
      occurredAt: at,
      occurredAtFrom: 'site',
      orderAt: at,
    },
    metadata: { schemaVersion: 1, recordedAt: at, writer: { kind: 'site', id: 'campo-fr', trust: 'secret' }, actId: randomUUID() },
  }
  await store.append(`subject-${n.toString(16).padStart(32, '0')}`, beginning, [event])
}

/** What the read model answers, all of it. */
export const told = async (model: ReadModel): Promise<unknown> => ({
  answers: (await model.listAnswers({ controller: 'campo', limit: 1000 })).answers,
  activity: await model.activity({ controller: 'campo' }),
})

export type Running = { projector: Projector; faults: unknown[]; warnings: string[]; news: string[] }

/** A projector that stops with the test; what it says is kept. */
export const running = (test: TestContext, projecting: Pick<Projecting, 'store' | 'readModel'> & Partial<Projecting>): Running => {
  const faults: unknown[] = []
  const warnings: string[] = []
  const news: string[] = []
  const log = {
    info: (_: object, message: string) => void news.push(message),
    warn: (_: object, message: string) => void warnings.push(message),
  }
  const projector = startProjector({ clock: () => now, onFault: (fault) => void faults.push(fault), log, ...projecting })
  test.after(() => projector.stop())
  return { projector, faults, warnings, news }
}

/** Waits until `done` holds; a fault of the projector ends the wait. */
export const until = async ({ faults }: Running, done: () => boolean): Promise<void> => {
  while (!done()) {
    if (faults.length > 0) throw faults[0]
    await setImmediate()
  }
}

export const level = async (scene: Running, store: EventStore): Promise<void> => {
  const head = await store.head()
  await until(scene, () => scene.projector.progress().checkpoint === head && scene.projector.progress().asOf !== null)
}

/** A ticker that ticks when told. `waits`: whether anybody would hear it. */
export const handTicker = (): { ticker: Ticker; tick: () => void; waits: () => boolean } => {
  const waiting = new Set<() => void>()
  const ticker: Ticker = (tick) => {
    waiting.add(tick)
    return () => void waiting.delete(tick)
  }
  return { ticker, tick: () => [...waiting].forEach((each) => each()), waits: () => waiting.size > 0 }
}

export type Step = 'checkpoint' | 'apply' | 'noteAsOf' | 'progress'

const away = new LedgerError('STORE_UNAVAILABLE', 'The disk is away.')

type Fault = (step: Step, when: 'before' | 'after') => void

/** The read model, whose steps `fault` may let fail by throwing. */
const faulty = (model: ReadModel, fault: Fault): ReadModel => {
  const tried = async <T>(step: Step, act: () => Promise<T>): Promise<T> => {
    fault(step, 'before')
    const done = await act()
    fault(step, 'after')
    return done
  }
  return {
    listAnswers: (asked) => model.listAnswers(asked),
    activity: (asked) => model.activity(asked),
    turnedAway: (asked) => model.turnedAway(asked),
    logSize: () => model.logSize(),
    applyLeaves: (from, leaves, to) => model.applyLeaves(from, leaves, to),
    leafIndexOf: (stream, revision) => model.leafIndexOf(stream, revision),
    reset: () => model.reset(),
    close: () => model.close(),
    checkpoint: () => tried('checkpoint', () => model.checkpoint()),
    apply: (events, checkpoint) => tried('apply', () => model.apply(events, checkpoint)),
    noteAsOf: (asOf) => tried('noteAsOf', () => model.noteAsOf(asOf)),
    progress: () => tried('progress', () => model.progress()),
  }
}

/** The read model, but its `nth` call of `step` fails as an unavailable disk would: before it did anything, or after it did all. */
export const failing = (model: ReadModel, step: Step, nth: number, applied: boolean, error: Error = away): ReadModel => {
  let calls = 0
  return faulty(model, (name, when) => {
    if (name === step && when === 'before') calls++
    if (name === step && calls === nth && when === (applied ? 'after' : 'before')) throw error
  })
}

/** The read model, unless `fails` says that its server is away. */
export const unless = (fails: () => boolean, model: ReadModel): ReadModel =>
  faulty(model, (_, when) => {
    if (when === 'before' && fails()) throw away
  })
