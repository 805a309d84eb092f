// Writers that race on one person from several processes while their lines break: every act once, none lost, each with the answer that is true.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { whichServer, whyNone } from '../../harness/whichServer.ts'
import { Callers, saysYes, saysYesAndNo, somebody, withdraws, type Act } from './callers.ts'
import type { Behind } from './lineTable.ts'
import { openLedger, type Ledger } from './scene.ts'
import { aDouble, behindALine, partOf, type Start } from './servers.ts'
import { demandCaughtUp, demandTruth } from './truth.ts'

const processes = 5
const writers = 50

/** `run`: posts all at once, spread over the processes; every so many answers, `breaks` times, all lines break. Answers with the statuses. */
type Race = { run: (acts: readonly Act[], breaks?: number) => Promise<number[]>; callers: Callers }

const racing = ({ line }: Behind, callers: Callers, ledgers: readonly Ledger[]): Race['run'] => {
  return (acts, breaks = 0) => {
    let answered = 0
    const post = async (act: Act, n: number): Promise<number> => {
      const status = await callers.post(act, ledgers[n % processes])
      answered++
      if (answered % 5 === 0 && answered / 5 <= breaks) line.cut()
      return status
    }
    return Promise.all(acts.map(post))
  }
}

/** Several processes of one ledger, each with a connection of its own: the same server by another connection string. Afterwards all of them know the truth. */
const race = (start: Start, test: (race: Race) => Promise<void>): Promise<void> =>
  behindALine(start, async ({ url, standing, server, part }, opened) => {
    const ledgers: Ledger[] = []
    for (let n = 0; n < processes; n++) {
      const beside = ledgers[0] === undefined ? {} : { beside: ledgers[0] }
      const own = `${url}${url.includes('?') ? '&' : '?'}connectionName=process-${n}`
      ledgers.push(opened.keep(await openLedger({ url: own, ...beside, ...(part === undefined ? {} : { part }) })))
    }
    const [first] = ledgers
    assert.ok(first)
    const callers = new Callers(first, standing)
    await test({ run: racing(server, callers, ledgers), callers })
    await callers.again()
    await demandTruth(first, callers, standing)
    for (const ledger of ledgers) await demandCaughtUp(ledger, standing)
  })

const raceTests = (start: Start): void => {
  void it('50 writers in 5 processes race on one person: each is recorded, and new', () =>
    race(start, async ({ run }) => {
      const person = somebody()
      const ways = [saysYes, saysYesAndNo, withdraws]
      const statuses = await run(Array.from({ length: writers }, (_, n) => (ways[n % ways.length] ?? saysYes)(person)))
      assert.deepEqual(
        statuses.filter((status) => status !== 201),
        [],
      )
    }))

  void it('50 writers in 5 processes race on one person while the lines break', () =>
    race(start, async ({ run, callers }) => {
      const person = somebody()
      await callers.post(saysYes(person))
      await run(
        Array.from({ length: writers }, (_, n) => (n % 2 === 0 ? saysYesAndNo(person) : withdraws(person))),
        5,
      )
    }))

  void it('one act is posted 50 times at once, to 5 processes: it is one act', () =>
    race(start, async ({ run }) => {
      const act = saysYesAndNo(somebody())
      const statuses = await run(Array.from({ length: writers }, () => act))
      assert.equal(statuses.filter((status) => status === 201).length, 1)
    }))

  void it('one act is posted 50 times at once, to 5 processes, while the lines break', () =>
    race(start, async ({ run }) => {
      const act = saysYesAndNo(somebody())
      await run(
        Array.from({ length: writers }, () => act),
        5,
      )
    }))
}

describe('writers race before the double', () => raceTests(aDouble))

const server = await whichServer()
describe('writers race before a real server', { skip: whyNone(server) }, () => {
  if (!('url' in server)) return
  after(() => server.stop())
  raceTests(partOf(server.url))
})
