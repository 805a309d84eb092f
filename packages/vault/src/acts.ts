// Acts: what was done once, and how a retry is told from another act (DESIGN §4, Act). Keyed hashes only.
import { randomUUID } from 'node:crypto'
import type { Keyring } from './keyring.ts'
import { hmac, type VaultMacs } from './macs.ts'
import type { Claim, Claimed, Target } from './port.ts'
import type { Step, StoredAct, StoredTarget, Tables } from './tables.ts'

/** What is kept of a request, so that the same one is known again. `key` null: it cannot be found again. */
export type Mark = { key: Buffer | null; body: Buffer }

/** What an act was about: the body's hash covers it, so that one key and body never answer for another controller or subject. */
export type Scope = { controller: string; subjectId?: string }

/** What a retry has in common with the first request; the rest of the mark tells whether it is the same. */
export const keyMark = (macs: VaultMacs, act: Pick<Claim, 'writer' | 'idempotencyKey'>): Buffer | null =>
  act.idempotencyKey === undefined ? null : hmac(macs.idempotency, `${act.writer}\0${act.idempotencyKey}`)

export const markOf = (macs: VaultMacs, act: Pick<Claim, 'writer' | 'idempotencyKey' | 'body'>, scope: Scope): Mark => ({
  key: keyMark(macs, act),
  body: hmac(macs.body, `${scope.controller}\0${scope.subjectId ?? ''}\0${act.body}`),
})

/** What `earlierAct` and `answerAgain` ask for. */
export const actsBehind = (key: Mark['key']): Buffer[] => (key === null ? [] : [key])

type Earlier = { outcome: 'again'; act: StoredAct; targets: StoredTarget[] } | { outcome: 'other-content' }

/** The act that this request already was, or null if it is a first. */
export const earlierAct = (tables: Tables, mark: Mark): Earlier | null => {
  const act = mark.key === null ? undefined : tables.actByKey(mark.key)
  if (act === undefined) return null
  return act.bodyHmac.equals(mark.body) ? { outcome: 'again', act, targets: tables.targets(act.seq) } : { outcome: 'other-content' }
}

/** The answer to a retry: the same targets, keys unwrapped again. */
export const answerAgain = (tables: Tables, keyring: Keyring, earlier: Earlier): Claimed => {
  if (earlier.outcome === 'other-content') return earlier
  const { act, targets } = earlier
  return {
    outcome: 'again',
    targets: targets.map((target) => ({ ...target, fresh: false, keys: keyring.ofSubject(tables, target.subjectId) })),
    ...(act.note === null ? {} : { note: act.note }),
    conflict: act.conflict,
  }
}

export type NewTarget = Omit<Target, 'actId'>

/** Stores a first act on these targets: a random act id each. `apply` writes it, behind whatever `before` writes. */
export const storeAct = (
  tables: Tables,
  mark: Mark,
  act: { writer: string; note?: string; conflict: boolean; at: number },
  found: NewTarget[],
  before: () => void,
): Step<Claimed> => {
  const targets = found.map((target): Target => ({ ...target, actId: randomUUID() }))
  const { writer, note, conflict, at } = act
  const stored = targets.map(({ actId, subjectId, named, links }) => ({ actId, subjectId, named, links }))
  return {
    answer: { outcome: 'claimed', targets, ...(note === undefined ? {} : { note }), conflict },
    apply: () => {
      before()
      tables.addAct({ writer, keyHmac: mark.key, bodyHmac: mark.body, note: note ?? null, conflict, at, targets: stored })
    },
  }
}
