// The matrix as a table: rows are faults, columns what meets them. A cell that makes no sense says why.
import type { EventStoreDouble, FaultName, Operation as Kind } from '../../harness/eventstoredb/index.ts'
import { saysYes, somebody } from './callers.ts'
import type { Cell, Effect, Row, Struck } from './cell.ts'
import { until } from './scene.ts'

type Expected = { once?: Effect; lasting: Effect; ready?: boolean; after?: number }

/** The stream that the first caller asks about: the process itself reads others all the time. */
const asked = ({ callers }: Struck): string => `subject-${callers.acknowledged[0]?.receipt?.subjectId}`

/** Calls of one kind meet a fault of the double: the next one, or all. */
const planned = (kind: Kind, name: FaultName, { once = 'rides', lasting, ready = true, after = 0 }: Expected): Cell<EventStoreDouble> => ({
  once,
  lasting,
  ready,
  strike: (struck, double, how) => {
    const stream = kind === 'read' && how.once ? { stream: asked(struck) } : {}
    const plan = double.faults.next(kind, name, { times: how.once ? 1 : Infinity, after, ...stream })
    const heal = (): void => {
      double.faults.clear()
      plan.release()
    }
    return { met: plan.met, heal }
  },
})

/** Appends fail, reads work; reads fail; subscriptions fail, and the projector reads instead. */
const three = (name: FaultName, lasting: 'away' | 'doubts', once: Effect = 'rides', onceRead = once): Row<EventStoreDouble> => ({
  append: planned('append', name, { once, lasting }),
  read: planned('read', name, { once: onceRead, lasting: 'away', ready: false }),
  subscribe: planned('subscribe', name, { lasting: 'rides' }),
})

const nothingToApply = { never: 'it applies nothing: without an answer it is silent, and with an error it failed' }

const afterApplying = (name: FaultName): Row<EventStoreDouble> => ({
  append: planned('append', name, { lasting: 'settles' }),
  read: nothingToApply,
  subscribe: nothingToApply,
})

/** Where the whole connection breaks: who only asks how things stand waits for one answer and no longer. */
const brokenOnce = (kind: Kind): Effect => (kind === 'read' ? 'settles' : 'rides')

/** The server ends, with something under way, and is started again: at once, or when it is healed. */
const restarted = (kind: Kind, name: FaultName): Cell<EventStoreDouble> => ({
  once: brokenOnce(kind),
  lasting: 'away',
  ready: false,
  strike: async (struck, double, how) => {
    if (kind === 'subscribe') await until('a subscription is open', () => double.openSubscriptions > 0)
    const stream = kind === 'read' && how.once ? { stream: asked(struck) } : {}
    const plan = kind === 'subscribe' ? null : double.faults.next(kind, name, { times: how.once ? 1 : Infinity, ...stream })
    const end = async (): Promise<void> => {
      await plan?.met
      await double.kill()
      double.faults.clear()
      if (how.once) await double.start()
    }
    const met = end()
    if (plan === null) await met
    return { met, heal: () => (how.once ? undefined : double.start()) }
  },
})

/** The server ends by itself when an append finds its disk full. Whoever reads or listens finds it gone. */
const diskFull = (kind: Kind): Cell<EventStoreDouble> => ({
  once: brokenOnce(kind),
  // What stood when it ended may still be said.
  lasting: kind === 'read' ? 'away' : 'settles',
  ready: false,
  strike: async ({ callers }, double, how) => {
    const plan = double.faults.next('append', 'diskFull')
    const somebodyElse = kind === 'read' ? callers.post(saysYes(somebody())) : null
    if (kind === 'subscribe') await until('a subscription is open', () => double.openSubscriptions > 0)
    if (kind === 'read') await plan.met
    const met = how.once ? plan.met.then(() => double.start()) : plan.met
    const heal = async (): Promise<void> => {
      if (!how.once) await double.start()
      await somebodyElse
    }
    return { met, heal }
  },
})

const oneServer = {
  never:
    'it needs three servers whose processes can be ended and frozen: before one, a leader that is gone is a restart, and one that hangs is silent',
}
const onlySubscriptions = { never: 'only who listens live is thrown out' }

export const matrix: Record<string, Row<EventStoreDouble>> = {
  refused: three('refuse', 'away'),
  failed: three('fail', 'doubts'),
  'dropped before': three('dropBefore', 'doubts', 'rides', 'settles'),
  'dropped after applying, or in the middle of an answer': {
    append: planned('append', 'dropAfterApplying', { lasting: 'settles' }),
    read: planned('read', 'dropMidway', { once: 'settles', lasting: 'away', ready: false, after: 1 }),
    subscribe: planned('subscribe', 'dropMidway', { lasting: 'rides' }),
  },
  'failed after applying': afterApplying('failAfterApplying'),
  silent: three('silent', 'doubts'),
  'silent after applying': afterApplying('silentAfterApplying'),
  slow: three('late', 'doubts'),
  'timed out, applied later': {
    append: planned('append', 'timeout', { lasting: 'doubts' }),
    read: nothingToApply,
    subscribe: nothingToApply,
  },
  'timed out though applied': afterApplying('timeoutAfterApplying'),
  'in conflict with itself, applied and forgotten': afterApplying('conflictAfterApplying'),
  'thrown out as too slow': {
    append: onlySubscriptions,
    read: onlySubscriptions,
    subscribe: planned('subscribe', 'tooSlow', { lasting: 'rides' }),
  },
  'server restart': {
    append: restarted('append', 'silent'),
    read: restarted('read', 'silent'),
    subscribe: restarted('subscribe', 'silent'),
  },
  'server restart after applying': {
    append: restarted('append', 'silentAfterApplying'),
    read: nothingToApply,
    subscribe: nothingToApply,
  },
  'leader killed or frozen': { append: oneServer, read: oneServer, subscribe: oneServer },
  'wrong credentials': three('wrongPassword', 'away', 'refuses'),
  'access denied': three('denied', 'away', 'refuses'),
  'disk full': { append: diskFull('append'), read: diskFull('read'), subscribe: diskFull('subscribe') },
}
