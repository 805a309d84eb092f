// One cell of the matrix: given a ledger with acknowledged acts, when a fault strikes and callers go on, then only the truth is told; after healing nothing is missing.
import assert from 'node:assert/strict'
import type { Part } from '../../conformance/view.ts'
import { Callers, demandAway, field, withdraws } from './callers.ts'
import { impatient, openLedger, patient, until, type Ledger, type Reply } from './scene.ts'
import type { Standing } from './standing.ts'
import { demandCaughtUp, demandTruth } from './truth.ts'

export const operations = ['append', 'read', 'subscribe'] as const
export type Operation = (typeof operations)[number]

/** A fault that is on. `met`: resolves when the first call has met it. */
export type Strike = { met: Promise<void>; heal: () => void | Promise<void> }
/** `once`: the fault passes by itself. */
export type How = { once: boolean }

/** Where a cell happens. `url`: what the ledger is given. `server`: what goes wrong. `part`: of a server that others use too. */
export type Place<Server> = { url: string; server: Server; standing: Standing; part?: Part }

/**
 * What callers are answered. rides: 2xx, they only wait a little. refuses: 503 to those who met it. away: 503 to all. doubts: 503 to all, and that what they
 * posted may stand all the same. settles: 503, or 2xx where a look at the stream tells that their act stands.
 */
export type Effect = 'rides' | 'refuses' | 'away' | 'doubts' | 'settles'

export type Struck = { ledger: Ledger; callers: Callers; operation: Operation }

/** `lasting`: what a fault does until somebody heals it. `ready`: whether the ledger says that it can work meanwhile: it can read. */
export type Cell<Server> = {
  once: Effect
  lasting: Effect
  ready: boolean
  strike: (struck: Struck, server: Server, how: How) => Strike | Promise<Strike>
}
/** A cell that makes no sense says why. */
export type Row<Server> = Record<Operation, Cell<Server> | { never: string }>

/** Callers who only ask: the state and the history of people who are known, and acts that were answered before. */
const ask = async ({ ledger, callers }: Struck, before: Map<string, Reply>): Promise<number[]> => {
  const asked = await Promise.all(
    [...before].map(async ([url, first]) => {
      const reply = await ledger.ask('GET', url, { key: ledger.keys.legal })
      if (reply.status === 200) assert.equal(reply.text, first.text, 'what is answered is what was there')
      else demandAway(reply)
      return reply.status
    }),
  )
  const again = await Promise.all(callers.acknowledged.map((act) => callers.post(act)))
  return [...asked, ...again]
}

/** What is answered of everybody who is known, by where it is asked. */
const look = async ({ ledger, callers }: Struck): Promise<Map<string, Reply>> => {
  const seen = new Map<string, Reply>()
  for (const { receipt } of callers.acknowledged) {
    for (const what of ['state', 'events']) {
      const url = `/v1/subjects/${receipt?.subjectId}/${what}`
      await until(`${what} is answered`, async () => {
        const reply = await ledger.ask('GET', url, { key: ledger.keys.legal })
        seen.set(url, reply)
        return reply.status === 200
      })
    }
  }
  return seen
}

/** What the callers of an operation do, all at once; answers with every status. */
const go = (struck: Struck, before: Map<string, Reply>): Promise<number[]> =>
  struck.operation === 'read' ? ask(struck, before) : struck.callers.burst()

const open = async ({ url, standing, part }: Place<unknown>, operation: Operation, patience: typeof patient): Promise<Struck> => {
  const ledger = await openLedger({ url, patience, ...(part === undefined ? {} : { part }) })
  const callers = new Callers(ledger, standing)
  await callers.arrive(3)
  const [first] = callers.people
  if (first) await callers.post(withdraws(first))
  await callers.again()
  await isReady(ledger, 200)
  return { ledger, callers, operation }
}

/** More than a ledger may be without an answer of its store, or a read model behind. */
const tooLong = 31_000

/** `/readyz` is asked after so long, and after the ledger has looked at its store once more. 503: it names what is not ready. */
export const isReady = async (ledger: Ledger, status: 200 | 503): Promise<void> => {
  ledger.later(tooLong)
  if (status === 200) return until('ready', async () => (await ledger.ask('GET', '/readyz')).status === 200)
  await assert.rejects(ledger.live.refresh())
  const reply = await ledger.ask('GET', '/readyz')
  assert.equal(reply.status, 503)
  const parts = field(reply.json, 'notReady') as { what: string }[]
  assert.deepEqual(
    parts.map(({ what }) => what),
    ['event store', 'read model'],
  )
}

const close = async ({ ledger, callers }: Struck, { standing }: Place<unknown>): Promise<void> => {
  await callers.again()
  await demandTruth(ledger, callers, standing)
  await isReady(ledger, 200)
}

const is2xx = (status: number): boolean => status === 200 || status === 201

const demandEffect = (effect: Effect, statuses: readonly number[], told: readonly string[]): void => {
  if (effect === 'rides') assert.ok(statuses.every(is2xx), 'whoever waits is answered')
  if (effect === 'refuses') assert.ok(!statuses.every(is2xx), 'whoever met the fault is told so')
  if (effect === 'away' || effect === 'doubts') assert.ok(!statuses.some(is2xx), 'nothing is acknowledged while the store is away')
  if (effect === 'doubts') assert.ok(told.includes('OUTCOME_UNKNOWN'), 'what may stand is not called unrecorded')
}

/** The fault strikes once, and passes. */
export const once = async <Server>(place: Place<Server>, operation: Operation, { once: effect, strike }: Cell<Server>): Promise<void> => {
  const struck = await open(place, operation, patient)
  try {
    const before = await look(struck)
    struck.callers.told.length = 0
    const { met, heal } = await strike(struck, place.server, { once: true })
    const [statuses] = await Promise.all([go(struck, before), met])
    demandEffect(effect, statuses, struck.callers.told)
    await heal()
    await close(struck, place)
  } finally {
    await struck.ledger.close()
  }
}

/** The fault lasts until somebody heals it. */
export const untilHealed = async <Server>(
  place: Place<Server>,
  operation: Operation,
  { lasting, ready, strike }: Cell<Server>,
): Promise<void> => {
  const struck = await open(place, operation, lasting === 'rides' ? patient : impatient)
  const { ledger } = struck
  try {
    const before = await look(struck)
    struck.callers.told.length = 0
    const { met, heal } = await strike(struck, place.server, { once: false })
    const [statuses] = await Promise.all([go(struck, before), met])
    demandEffect(lasting, statuses, struck.callers.told)
    await isReady(ledger, ready ? 200 : 503)
    // A projector whose subscriptions fail reads instead.
    if (operation === 'subscribe' && ready) await demandCaughtUp(ledger, place.standing)
    await heal()
    await close(struck, place)
  } finally {
    await ledger.close()
  }
}
