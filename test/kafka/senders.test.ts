// Processes that send the feed and are killed between a send and the move of the sink, or frozen and thawed: nothing is lost, and in the end the newest record of each
// key is the last.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, it, type TestContext } from 'node:test'
import type { JudgedSubject, ReadModel } from '@consent-ledger/readmodel'
import { isPassing } from '@consent-ledger/domain'
import { openOwnKafka, whyNoKafka } from '../harness/kafka.ts'
import { demandNewest, directoryFor, isHeartbeat, judged, openRows, until, withoutTopic } from './scene.ts'

const kills = 20
const ahead = 3
const freezes = 3

const kafka = await openOwnKafka(1)
const brokers = 'brokers' in kafka ? kafka.brokers : ''
after(async () => {
  if ('brokers' in kafka) await kafka.close()
})

/** A process of sending.ts, with the lines that it has said. */
class SendingProcess {
  readonly said: string[] = []
  readonly child: ChildProcess

  constructor(t: TestContext, file: string, ...more: string[]) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'sending.ts'), brokers, file, ...more], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    t.after(() => this.kill())
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', (line) => this.said.push(line))
  }

  says(line: string): Promise<void> {
    return until(`a process says «${line}»`, () => this.said.includes(line), 20)
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await ended
  }
}

/** Writes while other processes write to the same file: whoever is in the way has gone a moment later. */
const apply = (readModel: ReadModel, subjects: JudgedSubject[]): Promise<void> => {
  const isApplied = async (): Promise<boolean> => {
    try {
      await readModel.applyJudged(subjects)
      return true
    } catch (error) {
      if (!isPassing(error)) throw error
      return false
    }
  }
  return until('the change is written', isApplied, 5)
}

/** Judges these subjects anew, each by one event more. */
const changer = (readModel: ReadModel) => {
  const revisions = new Map<number, number>()
  return (subjects: readonly number[]): Promise<void> =>
    apply(
      readModel,
      subjects.map((subject) => {
        revisions.set(subject, (revisions.get(subject) ?? -1) + 1)
        return judged(subject, revisions.get(subject) ?? 0)
      }),
    )
}

const someOf = (count: number, all: number): number[] => [...new Set(Array.from({ length: count }, () => Math.floor(Math.random() * all)))]

describe('a process that sends', { skip: whyNoKafka(kafka) }, () => {
  it(`and is killed between a send and the move of the sink, ${kills} times, loses nothing`, async (t) => {
    await withoutTopic(brokers)
    const file = join(directoryFor(t), 'readmodel.sqlite')
    const readModel = await openRows(t, file)
    const change = changer(readModel)
    // Some are started ahead of their turn, which is when the one that sends is dead and its hold on the sink has lapsed.
    const waiting = Array.from({ length: ahead }, () => new SendingProcess(t, file, 'once'))
    for (let round = 0; round < kills; round++) {
      await change(someOf(50, 200))
      const stored = (): SendingProcess | undefined => waiting.find(({ said }) => said.includes('stored'))
      await until('one of them has stored a page', () => stored() !== undefined, 20)
      const current = stored()
      waiting.splice(
        waiting.findIndex((each) => each === current),
        1,
      )
      if (round + waiting.length + 1 < kills) waiting.push(new SendingProcess(t, file, 'once'))
      await current?.kill()
    }
    waiting.push(new SendingProcess(t, file))
    await until('the newest record of each key is the last', () => isNewest(readModel))
    const records = await demandNewest(brokers, readModel)
    const { head } = await readModel.feed()
    assert.ok(records.filter((record) => !isHeartbeat(record)).length > Number(head) / 2, 'pages were sent again')
  })

  it('and is frozen while another takes over, and then goes on, overtakes nothing', async (t) => {
    await withoutTopic(brokers)
    const file = join(directoryFor(t), 'readmodel.sqlite')
    const readModel = await openRows(t, file)
    const change = changer(readModel)
    const holds = 'this process sends the feed to Kafka'
    let first = new SendingProcess(t, file)
    await first.says(holds)
    let second = new SendingProcess(t, file)
    for (let round = 0; round < freezes; round++) {
      second.said.length = 0
      for (let changes = 0; changes < 30; changes++) await change(someOf(20, 100))
      first.child.kill('SIGSTOP')
      await until('the other one takes over', async () => {
        await change(someOf(20, 100))
        return second.said.includes(holds)
      })
      for (let changes = 0; changes < 30; changes++) await change(someOf(20, 100))
      first.child.kill('SIGCONT')
      ;[first, second] = [second, first]
    }
    await until('the newest record of each key is the last', () => isNewest(readModel))
  })
})

const isNewest = (readModel: ReadModel): Promise<boolean> =>
  demandNewest(brokers, readModel).then(
    () => true,
    (error: unknown) => {
      if (error instanceof assert.AssertionError) return false
      throw error
    },
  )
