// Every storage step of a log's life, failed and failed although it was done, tried again by the same process or met by the next one: the log is whole, nobody was shown a fork, every proof given holds.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import type { LogFiles, NewFile } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { demandKept, demandSound, demandWhole, noteIn, takeProofs, type Given } from './proofs.ts'
import { own, recordNo, recordYeses, running, scene, storeWith, until, watched, type Running, type Scene } from './scene.ts'

/** `half`: of several files some were made. */
type How = 'failed' | 'done' | 'half'
type Step = 'create' | 'read' | 'state.json' | 'checkpoint' | 'remove' | 'append' | 'readAll' | 'readStream'

class Crash extends Error {}
const away = (): Error => new LedgerError('STORE_UNAVAILABLE', 'The disk is away.')
const unknown = (): Error => new LedgerError('OUTCOME_UNKNOWN', 'Nobody knows.')

/** Lets the nth call of a step fail, once: with an error that passes, or for good. `failures`: how often it did. */
class Fault {
  failures = 0
  #calls = 0
  readonly #step: Step
  readonly #nth: number
  readonly how: How
  readonly #error: () => Error
  #dead = false

  constructor(step: Step, nth: number, how: How, error: () => Error) {
    this.#step = step
    this.#nth = nth
    this.how = how
    this.#error = error
  }

  before(step: string): void {
    // A process that crashed does nothing more.
    if (this.#dead) throw new Crash('gone')
    if (step === this.#step && ++this.#calls === this.#nth && this.how !== 'done') this.#fail()
  }

  after(step: string): void {
    if (step === this.#step && this.#calls === this.#nth && this.how === 'done' && this.failures === 0) this.#fail()
  }

  #fail(): never {
    this.failures++
    const error = this.#error()
    this.#dead = error instanceof Crash
    throw error
  }
}

const faultyFiles = (kept: Map<string, Uint8Array>, fault: Fault): LogFiles => {
  const files = new MemoryLogFiles(kept)
  const told = watched(
    files,
    (step) => fault.before(step),
    (step) => fault.after(step),
  )
  const create = async (made: readonly NewFile[]): Promise<void> => {
    try {
      await told.create(made)
    } catch (error) {
      if (fault.how === 'half') await files.create(made.filter((_, n) => n % 2 === 0))
      throw error
    }
  }
  return { ...told, create }
}

const faultyStore = (store: EventStore, fault: Fault): EventStore => {
  const told = async <T>(step: Step, act: () => Promise<T>): Promise<T> => {
    fault.before(step)
    const done = await act()
    fault.after(step)
    return done
  }
  return storeWith(store, {
    append: (stream, expected, events) => told('append', () => store.append(stream, expected, events)),
    readStream: (stream, page) => told('readStream', () => store.readStream(stream, page)),
    readAll: (page) => told('readAll', () => store.readAll(page)),
  })
}

type Story = { ledger: Scene; fault: Fault; given: Given[]; notes: Set<string>; starts: number }

/** Some sequencer at work: the first with the fault, and whoever comes after it without. */
const atWork = async (t: TestContext, { ledger, fault, ...story }: Story): Promise<Running> => {
  const whole = story.starts > 0
  const over = whole ? {} : { store: faultyStore(ledger.store, fault), files: faultyFiles(ledger.kept, fault) }
  return running(t, ledger, over)
}

/** Until so many leaves are published, by as many processes as it takes. What is published at any moment is kept. */
const publish = async (t: TestContext, story: Story, before: Running | null, size: number): Promise<Running> => {
  let run = before
  for (;;) {
    try {
      run ??= await atWork(t, story)
      const { sequencer } = run
      await until(run, () => {
        const note = noteIn(story.ledger.kept)
        if (note !== undefined) story.notes.add(note)
        return sequencer.progress().size >= BigInt(size)
      })
      return run
    } catch (error) {
      if (!(error instanceof Crash) && !(run === null && error instanceof LedgerError && error.code !== 'LOG_DISAGREES')) throw error
      await run?.sequencer.stop()
      run = null
      story.starts++
    }
  }
}

const live = async (t: TestContext, fault: Fault): Promise<Story> => {
  const story: Story = { ledger: await scene(t), fault, given: [], notes: new Set(), starts: 0 }
  const { store } = story.ledger
  let run: Running | null = null
  let size = own
  for (const [first, count] of [
    [0, 3],
    [3, 251],
    [254, 2],
    [256, 40],
  ] as const) {
    await recordYeses(store, first, count)
    await recordNo(store, first)
    size += count + 1
    run = await publish(t, story, run, size)
    story.given.push(...(await takeProofs(story.ledger)))
  }
  await run?.sequencer.stop()
  return story
}

const demandAll = async ({ ledger, given, notes }: Story): Promise<void> => {
  await demandWhole(ledger)
  await demandKept(ledger, given, notes)
  await demandSound(ledger)
}

/** Calls of the step in a story without a fault vary with the batches, so each case ends where the step was not met any more. */
const most: Record<Step, number> = {
  create: 9,
  read: 40,
  'state.json': 9,
  checkpoint: 9,
  remove: 9,
  append: 9,
  readAll: 12,
  readStream: 24,
}
const errors = { 'a fault that passes': away, 'an outcome that nobody knows': unknown, 'the end of the process': () => new Crash('killed') }

for (const step of Object.keys(most) as Step[]) {
  for (const how of step === 'create' ? (['failed', 'half', 'done'] as const) : (['failed', 'done'] as const)) {
    for (const [name, error] of Object.entries(errors)) {
      if (error === unknown && step !== 'append') continue
      test(`${step} ${how === 'done' ? 'fails although it was done' : how === 'half' ? 'fails half done' : 'fails'}: ${name}`, async (t) => {
        let met = 0
        for (let nth = 1; nth <= most[step]; nth++) {
          const story = await live(t, new Fault(step, nth, how, error))
          if (story.fault.failures === 0) break
          met++
          await demandAll(story)
        }
        assert.ok(met >= 3, `met ${met} times`)
      })
    }
  }
}

test('an append of unknown outcome that comes to stand only when the next one is made: the head is one', async (t) => {
  const ledger = await scene(t)
  let late: (() => Promise<unknown>) | null = null
  let calls = 0
  const store = storeWith(ledger.store, {
    append: async (stream, expected, events) => {
      await late?.().catch(() => {})
      late = null
      if (++calls % 2 === 1) return ledger.store.append(stream, expected, events)
      late = () => ledger.store.append(stream, expected, events)
      throw unknown()
    },
  })
  const run = await running(t, ledger, { store })
  for (let n = 0; n < 6; n++) {
    await recordYeses(ledger.store, n, 1)
    await until(run, () => run.sequencer.progress().size >= BigInt(own + n + 1))
  }
  await run.sequencer.stop()
  assert.ok(run.warnings.length >= 3)
  await demandWhole(ledger)
  await demandSound(ledger)
})
