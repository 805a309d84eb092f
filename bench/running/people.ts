// A running ledger with people in it, whose addresses the load generator knows by their numbers.
import { batch } from '../posts.ts'
import { nextNumber, runLoad, type Numbers } from './load.ts'
import { newPath } from './place.ts'
import { launchLedger, siteKey, type Program } from './program.ts'
import { settled } from './settled.ts'

export type Peopled = { ledger: Program; data: string; people: Numbers }

export const addressOf = (number: number | string): string => `visitor.${String(number).padStart(10, '0')}@example.org`

/** Signs people up in batches for some seconds, and waits until the ledger has nothing left to do. */
export const withPeople = async (name: string, seconds: number, env: Record<string, string> = {}): Promise<Peopled> => {
  const data = newPath(name)
  const ledger = await launchLedger(data, { env })
  const first = nextNumber()
  await runLoad({ url: ledger.url, template: batch(siteKey(data), 100), connections: 4, seconds })
  const people = { first, count: nextNumber() - first }
  await settled(ledger.pid)
  return { ledger, data, people }
}
