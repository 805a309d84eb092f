// What the sequencer costs the posts, and how long after a post at full rate its proof is there.
import { cpSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { median, spread, type Figure } from '../figure.ts'
import { single } from '../posts.ts'
import { runLoad, type Round } from '../running/load.ts'
import { smallLedger } from '../running/ledgers.ts'
import { newPath } from '../running/place.ts'
import { cpuSeconds, launch, launchLedger, siteKey, type Program } from '../running/program.ts'
import { settled } from '../running/settled.ts'

const rounds = 5
const seconds = 4
const connections = 64
const unsealed = new URL('../programs/unsealed.ts', import.meta.url)

const copyOf = (data: string, name: string): string => {
  const copy = newPath(name)
  cpSync(data, copy, { recursive: true })
  cpSync(`${data}.keys`, `${copy}.keys`, { recursive: true })
  return copy
}

/** A few posts that wait for their proof beside all the others that do not, once those have come to their full rate. */
const besideFullRate = async (url: string, key: string): Promise<{ all: Round; waiting: Round }> => {
  const plain = single(key)
  const full = runLoad({ url, template: plain, connections, seconds: 4 * seconds })
  await setTimeout(seconds * 1000)
  const waiting = await runLoad({
    url,
    template: { ...plain, path: '/v1/consents?wait=published' },
    connections: 8,
    seconds: 2 * seconds,
  })
  return { all: await full, waiting }
}

/** `cpu`: µs of processor time of the process for each post, all its threads. */
type Turn = { perSecond: number; cpu: number }
type Turns = Record<'sealed' | 'unsealed', Turn[]>

const inTurns = async (programs: Record<'sealed' | 'unsealed', Program>, key: string): Promise<Turns> => {
  const turns: Turns = { sealed: [], unsealed: [] }
  // The first round of each only warms up.
  for (let n = 0; n <= rounds; n++) {
    for (const name of ['unsealed', 'sealed'] as const) {
      const { url, pid } = programs[name]
      const before = cpuSeconds(pid)
      const { perSecond, items } = await runLoad({ url, template: single(key), connections, seconds })
      await settled(pid)
      if (n > 0) turns[name].push({ perSecond, cpu: ((cpuSeconds(pid) - before) / items) * 1e6 })
    }
  }
  return turns
}

const notesOf = (name: string, turns: readonly Turn[]): string =>
  `${name}: ${spread(
    turns.map((turn) => turn.perSecond),
    'posts/s',
  )}, ${median(turns.map((turn) => turn.cpu)).toFixed(0)} µs of processor each`

export const published: Figure = {
  name: 'published',
  about: 'posts with and without the sequencer, and how soon they are provable',
  measure: async () => {
    const { data } = await smallLedger()
    const [withLog, without] = [copyOf(data, 'sealed'), copyOf(data, 'unsealed')]
    const key = siteKey(data)
    const programs = {
      sealed: await launchLedger(withLog),
      unsealed: await launch({ file: unsealed, env: { LEDGER_DATA: without, LEDGER_PORT: '0', LOG_LEVEL: 'warn' } }),
    }
    const turns = await inTurns(programs, key)
    const rate = (of: keyof Turns): number => median(turns[of].map((turn) => turn.perSecond))
    const { all, waiting } = await besideFullRate(programs.sealed.url, key)
    await programs.sealed.stop()
    await programs.unsealed.stop()
    return {
      ratios: [
        { what: 'posts/s with the sequencer', of: 'without', ratio: rate('sealed') / rate('unsealed'), bar: { least: 0.85 } },
        { what: 'seconds from a post to its proof, p99, at full rate', of: 'one', ratio: waiting.p99 / 1000, bar: { most: 1.2 } },
      ],
      notes: [
        notesOf('with', turns.sealed),
        notesOf('without', turns.unsealed),
        `beside ${all.perSecond.toFixed(0)} posts/s: ${waiting.items} posts waited for their proof, p50 ${waiting.p50.toFixed(0)} ms, p99 ${waiting.p99.toFixed(0)} ms`,
      ],
    }
  },
}
