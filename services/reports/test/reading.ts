// The feed as a marketing system reads it, and the consumer that keeps what it is told.
import assert from 'node:assert/strict'
import { eligible, EligibilityChange, subjectAggregate } from '@consent-ledger/domain'
import { fold } from '@consent-ledger/eventstore'
import { z } from 'zod'
import { SnapshotEnd } from '../src/schemas/eligibility.ts'
import type { World } from './world.ts'

const Page = z.strictObject({
  changes: z.array(EligibilityChange),
  next: z.string(),
  asOf: z.string().nullable(),
  lagMs: z.int().nullable(),
})

export const changes = async (world: World, query = '', as = 'marketing'): Promise<z.output<typeof Page>> => {
  const reply = await world.ask('GET', `/v1/eligibility/changes${query}`, as)
  assert.equal(reply.status, 200, reply.text)
  return Page.parse(reply.json)
}
export const snapshot = async (world: World, query = '', as = 'marketing') => {
  const reply = await world.ask('GET', `/v1/eligibility/snapshot${query}`, as)
  assert.equal(reply.status, 200, reply.text)
  assert.match(String(reply.headers['content-type']), /^application\/x-ndjson/)
  const lines = reply.text.split('\n')
  assert.equal(lines.pop(), '')
  const end = SnapshotEnd.parse(JSON.parse(lines.pop() ?? ''))
  return { changes: lines.map((line) => EligibilityChange.parse(JSON.parse(line))), end }
}
export const codeOf = (reply: { status: number; json: unknown }): [number, unknown] => [
  reply.status,
  Reflect.get(Object(reply.json), 'code'),
]
/** Pointer and rule of the one field that a refusal names. */
export const named = ({ json }: { json: unknown }): string[] => {
  const { errors } = z.object({ errors: z.array(z.object({ pointer: z.string(), rule: z.string() })) }).parse(json)
  return errors.flatMap(({ pointer, rule }) => [pointer, rule])
}

export const keyOf = ({ controller, subjectId, purpose, channel }: EligibilityChange): string =>
  [controller, subjectId, purpose, channel].join('|')

/** A consumer as docs/marketing.md has it: the newest of each key, what is not newer is dropped. */
export class Consumer {
  readonly state = new Map<string, EligibilityChange>()
  take(told: readonly EligibilityChange[]): void {
    for (const change of told) {
      const held = this.state.get(keyOf(change))
      const newer =
        held === undefined ||
        BigInt(change.revision) > BigInt(held.revision) ||
        (change.revision === held.revision && change.effectiveAt > held.effectiveAt)
      if (newer) this.state.set(keyOf(change), change)
    }
  }
  told(): Record<string, string> {
    return Object.fromEntries([...this.state].map(([key, { allowed, reason, until }]) => [key, `${allowed} ${reason} ${until}`]))
  }
}

/** The same random numbers for the same seed (mulberry32). */
export const chances = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** What the one function says of every key that the consumer was told of. */
export const judgedOf = async (world: World, consumer: Consumer): Promise<Record<string, string>> => {
  const judged: Record<string, string> = {}
  for (const [key, { controller, subjectId, purpose, channel }] of consumer.state) {
    const catalogue = world.live.controller(controller) ?? assert.fail()
    const subject = await fold(world.store, subjectAggregate(subjectId))
    const { allowed, reason, until } = eligible(subject, catalogue, { purpose, channel }, { at: world.tick.now, knownAt: world.tick.now })
    judged[key] = `${allowed} ${reason} ${until === null ? null : new Date(until).toISOString()}`
  }
  return judged
}
