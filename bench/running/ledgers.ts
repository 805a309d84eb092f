// Data directories of stopped ledgers, made once in a run for whichever figure asks first: with hardly any event, and with many.
import { cpSync } from 'node:fs'
import { post, signUp, withdraw } from '../posts.ts'
import { addEvents } from './bulk.ts'
import { newPath } from './place.ts'
import { launchLedger, runToEnd, siteKey } from './program.ts'

/** `data`: the directory. `events`: of subjects. */
export type StoppedLedger = { data: string; events: number }

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}

/** Started once: catalogue, operators, keys, one sign-up and one withdrawal. */
export const smallLedger = once(async (): Promise<StoppedLedger> => {
  const data = newPath('small')
  const ledger = await launchLedger(data)
  try {
    await post(ledger.url, siteKey(data), '/v1/consents', signUp)
    await post(ledger.url, siteKey(data), '/v1/withdrawals', withdraw)
  } finally {
    await ledger.stop()
  }
  return { data, events: 3 }
})

const withEvents = async (count: number): Promise<StoppedLedger> => {
  const small = await smallLedger()
  const data = newPath(`events-${count}`)
  cpSync(small.data, data, { recursive: true })
  cpSync(`${small.data}.keys`, `${data}.keys`, { recursive: true })
  const begun = performance.now()
  const { events, bytes } = addEvents(data, count)
  const seconds = (performance.now() - begun) / 1000
  process.stdout.write(`  (made a ledger of ${events} events, ${Math.round(bytes / events)} bytes each, in ${seconds.toFixed(0)} s)\n`)
  return { data, events }
}

export const hundredThousand = once(() => withEvents(100_000))
const million = once(() => withEvents(1_000_000))

/** What one rebuild took. `megabytes`: in RAM after each 25,000 events. */
export type Built = { events: number; seconds: number; megabytes: number[] }

/**
 * The ledger of a million with its read model level, and what the rebuilds took: at 100 k (which only warms up), at 100 k, at 1 M, at 100 k again,
 * one after the other in one process.
 */
export const rebuiltMillion = once(async (): Promise<StoppedLedger & { built: Built[] }> => {
  const [small, large] = [await hundredThousand(), await million()]
  const printed = await runToEnd(new URL('../programs/rebuild.ts', import.meta.url), [small.data, small.data, large.data, small.data])
  return { ...large, built: JSON.parse(printed) as Built[] }
})
