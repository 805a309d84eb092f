// The answers on one purpose and channel, and the one order in which they count.
import { ms } from '../time.ts'
import type { Method } from './events.ts'

/**
 * One answer on one purpose and channel. Times in epoch ms. `orderAt` decides the order, `since` is from when it holds (later than `orderAt` only for
 * a confirmed request), `recordedAt` is when the ledger learned of it. `lifts`: by the person and vouched for, so that it ends earlier objections. `dismissed`: refused by closing the question.
 */
export type Answer = {
  said: 'yes' | 'request' | 'refused' | 'withdrawn'
  orderAt: number
  since: number
  recordedAt: number
  until: number | null
  imported: boolean
  lifts: boolean
  dismissed: boolean
  notice: { id: string; version: number; language: string } | null
  site: string | null
  eventId: string
  revision: bigint
}

/**
 * Where a yes stands in the order: a file that does not say when it was given is older than the import, and no yes in it is younger than the file. The event keeps the
 * time at which it came, which the log vouches for. Epoch ms.
 */
export const orderOfYes = (orderAt: number, act: { occurredAtFrom: 'site' | 'ledger'; method?: Method | undefined }): number =>
  act.occurredAtFrom === 'ledger' && act.method?.kind === 'import' && act.method.source !== undefined
    ? Math.min(orderAt, ms(act.method.source.exportedAt))
    : orderAt

/** At equal times the no wins, and a withdrawal is the stronger no; an import is the weaker yes; then the yes that ends first; the id only makes the order total. */
const rank = { request: 0, yes: 1, refused: 2, withdrawn: 3 } as const
const compare = (a: Answer, b: Answer): number =>
  a.orderAt - b.orderAt ||
  rank[a.said] - rank[b.said] ||
  Number(b.imported) - Number(a.imported) ||
  (b.until ?? Infinity) - (a.until ?? Infinity) ||
  (a.eventId < b.eventId ? -1 : 1)

/** Puts `answer` into its place among `answers`, which are in order already. Most come last; one that arrives late does not cost a look at all others. */
export const addInOrder = (answers: Answer[], answer: Answer): void => {
  let from = 0
  let to = answers.length
  const last = answers.at(-1)
  if (last !== undefined && compare(last, answer) < 0) from = to
  while (from < to) {
    const middle = (from + to) >>> 1
    const there = answers[middle]
    if (there !== undefined && compare(there, answer) < 0) from = middle + 1
    else to = middle
  }
  answers.splice(from, 0, answer)
}
