// A projector at work beside a test: a read model in a directory of its own, a ticker that ticks when told, and storage that fails as told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { LedgerError } from '@consent-ledger/domain'
import { openLive, type Live } from '@consent-ledger/edge'
import type { EventStore, Ticker } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { startProjector } from '../src/index.ts'
import type { Projecting, Projector } from '../src/index.ts'
import { now } from './history.ts'

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

/** The catalogues as a process holds them; nothing but the projector makes them read on. */
export const liveOf = async (test: TestContext, store: EventStore): Promise<Live> => {
  const live = await openLive({ store, clock: () => now, intervalMs: 3_600_000 })
  test.after(() => live.close())
  return live
}

/** What the read model answers across subjects, all of it. */
export const told = async (model: ReadModel): Promise<unknown> => ({
  answers: (await model.listAnswers({ controller: 'campo', limit: 1000 })).answers.map(({ n: _, ...answer }) => answer),
  activity: await model.activity({ controller: 'campo' }),
})

export type Running = { projector: Projector; faults: unknown[]; warnings: string[]; news: string[] }

/** A projector that stops with the test; what it says is kept. */
export const running = async (
  test: TestContext,
  projecting: Pick<Projecting, 'store' | 'readModel'> & Partial<Projecting>,
): Promise<Running> => {
  const faults: unknown[] = []
  const warnings: string[] = []
  const news: string[] = []
  const log = {
    info: (_: object, message: string) => void news.push(message),
    warn: (_: object, message: string) => void warnings.push(message),
  }
  const live = projecting.live ?? (await liveOf(test, projecting.store))
  const projector = startProjector({ clock: () => now, onFault: (fault) => void faults.push(fault), log, ...projecting, live })
  test.after(() => projector.stop())
  return { projector, faults, warnings, news }
}

/** Waits until `done` holds; a fault of the projector ends the wait. */
export const until = async ({ faults }: Pick<Running, 'faults'>, done: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await done())) {
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

export type Step = keyof ReadModel

export const away = new LedgerError('STORE_UNAVAILABLE', 'The disk is away.')

type Fault = (step: Step, when: 'before' | 'after') => void | Promise<void>

const isStep = (name: string | symbol, model: ReadModel): name is Step => name in model

/** The read model, with `fault` heard before and after each of its steps; where it throws, the step fails. */
export const heard = (model: ReadModel, fault: Fault): ReadModel =>
  new Proxy(model, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function' || !isStep(name, target)) return method
      return async (...given: unknown[]): Promise<unknown> => {
        await fault(name, 'before')
        const done: unknown = await Reflect.apply(method, target, given)
        await fault(name, 'after')
        return done
      }
    },
  })

/** The read model, but its `nth` call of `step` fails as an unavailable disk would: before it did anything, or after it did all. */
export const failing = (model: ReadModel, step: Step, nth: number, applied: boolean, error: Error = away): ReadModel => {
  let calls = 0
  return heard(model, (name, when) => {
    if (name === step && when === 'before') calls++
    if (name === step && calls === nth && when === (applied ? 'after' : 'before')) throw error
  })
}

/** The read model, unless `fails` says that its server is away. */
export const unless = (fails: () => boolean, model: ReadModel): ReadModel =>
  heard(model, (_, when) => {
    if (when === 'before' && fails()) throw away
  })
