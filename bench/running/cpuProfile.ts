// Reads a V8 CPU profile: which part of the program each sampled microsecond belongs to.
import { readFileSync } from 'node:fs'

type Frame = { functionName: string; url: string; lineNumber: number }
type Node = { id: number; callFrame: Frame; children?: number[] }
type Recorded = { nodes: Node[]; startTime: number; samples: number[]; timeDeltas: number[] }

/** `place`: a file of ours as `vault/sqlite/tables.ts`, a library by its name, `node`, or what the engine does beside. `line`: of the function, from 1. */
export type Spot = { place: string; functionName: string; line: number }

const ours = /\/(?:packages|services)\/([^/]+)\/src\/(.+)$/
const library = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/
/** Work done for whoever calls it, who is named instead. */
const forOthers = /^(?:vault\/(?:aead|random)\.ts|domain\/json\.ts|better-sqlite3|canonicalize|uuid)$/
const servesHttp = /^node:(?:_http|net|internal\/(?:http|stream|streams|net|timers|process\/task_queues))/

const placeOf = ({ url, functionName }: Frame): string | null => {
  const file = ours.exec(url)
  if (file !== null) return `${file[1]}/${file[2]}`
  const name = library.exec(url)?.[1]
  if (name !== undefined) return name
  if (servesHttp.test(url)) return 'node http'
  return url === '' && functionName.startsWith('(') && functionName !== '(root)' && functionName !== '(anonymous)' ? functionName : null
}

/** The nearest caller that is more than a means. */
const spotOf = (node: Node, parents: ReadonlyMap<number, Node>): Spot => {
  for (let at: Node | undefined = node; at !== undefined; at = parents.get(at.id)) {
    const place = placeOf(at.callFrame)
    if (place !== null && !forOthers.test(place))
      return { place, functionName: at.callFrame.functionName, line: at.callFrame.lineNumber + 1 }
  }
  return { place: 'node', functionName: node.callFrame.functionName, line: 0 }
}

/** µs of the machine's monotonic clock, by which V8 stamps its samples. */
export const monotonicMicros = (): number => Number(process.hrtime.bigint() / 1000n)

/** µs spent at each spot between two moments, the longest first. */
export const readProfile = (file: string, from: number, to: number): { spot: Spot; micros: number }[] => {
  const { nodes, startTime, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Recorded
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)))
  const spots = new Map<string, { spot: Spot; micros: number }>()
  const names = new Map<number, string>()
  let at = startTime
  for (const [n, id] of samples.entries()) {
    at += timeDeltas[n] ?? 0
    const node = byId.get(id)
    if (node === undefined || at < from || at > to) continue
    const name = names.get(id)
    const spot = name === undefined ? spotOf(node, parents) : spots.get(name)?.spot
    if (spot === undefined) continue
    const known = name ?? `${spot.place} ${spot.functionName} ${spot.line}`
    names.set(id, known)
    const found = spots.get(known) ?? { spot, micros: 0 }
    found.micros += timeDeltas[n] ?? 0
    spots.set(known, found)
  }
  return [...spots.values()].sort((a, b) => b.micros - a.micros)
}
