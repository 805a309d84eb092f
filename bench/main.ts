// `pnpm bench [names]`: measures the figures, each as a ratio within this run. A figure below its bar is printed as such; it fails nothing.
import { availableParallelism, cpus, loadavg } from 'node:os'
import { lineOf, type Figure, type Ratio } from './figure.ts'
import { batches } from './figures/batches.ts'
import { feed } from './figures/feed.ts'
import { idle } from './figures/idle.ts'
import { lookups } from './figures/lookups.ts'
import { profile } from './figures/profile.ts'
import { inclusionProofs } from './figures/proofs.ts'
import { published } from './figures/published.ts'
import { rebuild } from './figures/rebuild.ts'
import { scrubbing } from './figures/scrub.ts'
import { sealing } from './figures/sealing.ts'
import { servers } from './figures/servers.ts'
import { singlePosts } from './figures/single.ts'
import { start } from './figures/start.ts'
import { fsyncMilliseconds } from './running/disk.ts'

const figures: readonly Figure[] = [
  singlePosts,
  profile,
  batches,
  published,
  rebuild,
  sealing,
  start,
  idle,
  inclusionProofs,
  lookups,
  scrubbing,
  feed,
  servers,
]
const longest = 30 * 60_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !figures.some((figure) => figure.name === name))
if (unknown.length > 0) {
  say(`No figure is named ${unknown.join(', ')}. There are: ${figures.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

setTimeout(() => {
  say(`Stopped: this took longer than ${longest / 60_000} minutes.`)
  process.exit(1)
}, longest).unref()

const load = (): string => `other load on the machine ${loadavg()[0]?.toFixed(1)}`

say(
  `Node ${process.version}, ${availableParallelism()} processors (${cpus()[0]?.model.trim() ?? 'unknown'}), fsync ${fsyncMilliseconds().toFixed(2)} ms, ${load()}`,
)
const found: Ratio[] = []
for (const figure of figures) {
  if (wanted.length > 0 && !wanted.includes(figure.name)) continue
  say(`\n${figure.name}: ${figure.about}`)
  const begun = performance.now()
  const { ratios, notes } = await figure.measure()
  for (const note of notes) say(`  ${note}`)
  for (const ratio of ratios) say(lineOf(ratio))
  say(`  (${((performance.now() - begun) / 1000).toFixed(0)} s)`)
  found.push(...ratios)
}
if (found.length > 0) say('\nAll figures:')
for (const ratio of found) say(lineOf(ratio))
