// Durable single posts: POST /v1/consents on 64 connections against an empty route, in turns, the same bytes from the same generator.
import { median, spread, type Figure } from '../figure.ts'
import { single } from '../posts.ts'
import { runLoad, type Round } from '../running/load.ts'
import { newPath } from '../running/place.ts'
import { cpuSeconds, launch, launchLedger, siteKey, type Program } from '../running/program.ts'
import { settled } from '../running/settled.ts'

const rounds = 5
const seconds = 3
const emptyRoute = new URL('../programs/emptyRoute.ts', import.meta.url)

/** `cpu`: µs of processor time of the server for each request, all its threads. */
type Turn = Round & { cpu: number }

const inTurns = async (servers: Record<'empty' | 'ledger', Program>, key: string): Promise<Record<'empty' | 'ledger', Turn[]>> => {
  const turns: Record<'empty' | 'ledger', Turn[]> = { empty: [], ledger: [] }
  // The first round of each only warms up.
  for (let n = 0; n <= rounds; n++) {
    for (const name of ['empty', 'ledger'] as const) {
      const { url, pid } = servers[name]
      const before = cpuSeconds(pid)
      const round = await runLoad({ url, template: single(key), connections: 64, seconds })
      await settled(pid)
      if (n > 0) turns[name].push({ ...round, cpu: ((cpuSeconds(pid) - before) / round.items) * 1e6 })
    }
  }
  return turns
}

const notesOf = (name: string, turns: readonly Turn[]): string =>
  [
    `${name}: ${spread(
      turns.map((turn) => turn.perSecond),
      'posts/s',
    )}`,
    `p50 ${median(turns.map((turn) => turn.p50)).toFixed(1)} ms, p99 ${median(turns.map((turn) => turn.p99)).toFixed(1)} ms`,
    `${median(turns.map((turn) => turn.cpu)).toFixed(0)} µs of processor each`,
  ].join(', ')

export const singlePosts: Figure = {
  name: 'single',
  about: 'durable single posts, 64 connections, each a new person',
  measure: async () => {
    const data = newPath('single')
    const ledger = await launchLedger(data)
    const empty = await launch({ file: emptyRoute })
    const turns = await inTurns({ empty, ledger }, siteKey(data))
    await ledger.stop()
    await empty.stop()
    const of = (name: 'empty' | 'ledger', field: keyof Turn): number => median(turns[name].map((turn) => turn[field]))
    return {
      ratios: [
        {
          what: 'posts/s of the ledger, each fsynced',
          of: 'posts/s of an empty Fastify route',
          ratio: of('ledger', 'perSecond') / of('empty', 'perSecond'),
          bar: { least: 0.12 },
        },
        { what: 'p99 of the ledger', of: 'its p50', ratio: median(turns.ledger.map((turn) => turn.p99 / turn.p50)), bar: { most: 5 } },
      ],
      notes: [notesOf('ledger', turns.ledger), notesOf('empty route', turns.empty)],
    }
  },
}
