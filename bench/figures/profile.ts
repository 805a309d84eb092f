// What bounds the posts: where the main thread of a ledger under each load spends its time, step by step. Explains; has no bar.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure } from '../figure.ts'
import { batch, single } from '../posts.ts'
import { monotonicMicros, readProfile, type Spot } from '../running/cpuProfile.ts'
import { runLoad, type Template } from '../running/load.ts'
import { newPath } from '../running/place.ts'
import { launchLedger, siteKey } from '../running/program.ts'

const seconds = 5
const mostFunctions = 20

/** Steps of the line of one event by the files that do them; the first that matches counts. */
const steps: readonly (readonly [step: string, place: RegExp])[] = [
  ['idle', /^\(idle\)$/],
  ['garbage collection', /^\(garbage collector\)$/],
  ['vault: sealing', /^vault\/sealing/],
  ['vault: claim and its commit', /^vault\//],
  [
    'event store: decide, leaf, hand over',
    /^(?:eventstore\/(?:decideAndAppend|nameBasedId|streamQueue|stored|sqlite\/(?:store|writerQueue))|domain\/leaf)/,
  ],
  ['read model: read, parse, apply', /^(?:eventstore|readmodel|projector)\//],
  ['judging and folding', /^domain\//],
  ['ingest: act and receipt', /^ingest\//],
  ['zod', /^zod$/],
  ['edge: key, body, headers, log, metrics', /^(?:edge\/|pino|prom-client|@fastify|sonic-boom)/],
  ['fastify', /^(?:fastify|find-my-way|avvio|light-my-request|secure-json-parse|fast-)/],
  ['node: sockets, HTTP, streams', /^(?:node http|node)$/],
  ['native and not attributed', /^/],
]

const stepOf = ({ place }: Spot): string => steps.find(([, pattern]) => pattern.test(place))?.[0] ?? place

const sumBy = <T>(list: readonly T[], name: (one: T) => string, value: (one: T) => number): [string, number][] => {
  const sums = new Map<string, number>()
  for (const one of list) sums.set(name(one), (sums.get(name(one)) ?? 0) + value(one))
  return [...sums].sort((a, b) => b[1] - a[1])
}

/** Profiles of the main thread end with thread 0. */
const profileOfMain = (directory: string): string => {
  const [name] = readdirSync(directory).filter((file) => /\.0\.\d+\.cpuprofile$/.test(file))
  if (name === undefined) throw new Error('the ledger left no profile of its main thread')
  return join(directory, name)
}

type Load = { name: string; template: (key: string) => Template; connections: number }
const loads: readonly Load[] = [
  { name: 'single posts on 64 connections', template: single, connections: 64 },
  { name: 'batches of 100 on 4 connections', template: (key) => batch(key, 100), connections: 4 },
]

/** Lines on one load: µs of the main thread for each item, by step and by function. */
const profileOf = async ({ name, template, connections }: Load): Promise<string[]> => {
  const data = newPath('profile')
  const profiles = newPath('profiles')
  mkdirSync(profiles)
  const ledger = await launchLedger(data, { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${profiles}`] })
  const load = () => runLoad({ url: ledger.url, template: template(siteKey(data)), connections, seconds })
  await load()
  const begun = monotonicMicros()
  const { perSecond, items } = await load()
  const ended = monotonicMicros()
  await ledger.stop()
  const spots = readProfile(profileOfMain(profiles), begun, ended)
  const line = (what: string, micros: number): string => `${(micros / items).toFixed(1).padStart(7)} µs  ${what}`
  const ofSteps = sumBy(
    spots,
    ({ spot }) => stepOf(spot),
    ({ micros }) => micros,
  )
  const busiest = spots.filter(({ spot }) => !spot.place.startsWith('(')).slice(0, mostFunctions)
  return [
    `${name}: ${perSecond.toFixed(0)} items/s while profiled`,
    ...ofSteps.map(([step, micros]) => line(step, micros)),
    'and by function, with what it calls outside our files:',
    ...busiest.map(({ spot, micros }) => line(`${spot.place}:${spot.line} ${spot.functionName}`, micros)),
  ]
}

export const profile: Figure = {
  name: 'profile',
  about: 'what bounds the posts: µs of the main thread for each item',
  measure: async () => {
    const notes: string[] = []
    for (const load of loads) notes.push(...(await profileOf(load)))
    return { ratios: [], notes }
  },
}
