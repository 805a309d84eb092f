// Many streams for one answer, a few at once.
import { setImmediate } from 'node:timers/promises'

/** Streams read at once: enough to hide the way to a server, few enough to leave it to others too. */
const readers = 16

/** Does `work` for each of `items`, a few at once, and answers in their order. Between two of them others get their turn: a fold holds the thread. Rejects with the first error. */
export const eachInTurn = async <Item, Done>(items: readonly Item[], work: (item: Item) => Promise<Done>): Promise<Done[]> => {
  const done: Done[] = []
  const left = items.entries()
  const reader = async (): Promise<void> => {
    for (const [n, item] of left) {
      done[n] = await work(item)
      await setImmediate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(readers, items.length) }, reader))
  return done
}
