// What a move says to a person: how far it is, what it did, what to do now.
import type { VaultCopied } from '@consent-ledger/vault/copy'
import type { Moved } from './move.ts'

/** `directory`: of the source. `vault`: null if it was not copied. `keys`: the key directory, as far as is known. */
export type Way = { directory: string; vault: VaultCopied | null; keys: string }

const events = (count: number): string => `${count} ${count === 1 ? 'event' : 'events'}`

/** Says now and then how far it is, at most each 10 s. */
export const progress = (say: (line: string) => void, clock: () => number): ((count: number, ofWhat: string) => void) => {
  let last = clock()
  return (count, ofWhat) => {
    if (clock() - last < 10_000) return
    last = clock()
    say(`${count} ${ofWhat}\n`)
  }
}

const vaultLines = (vault: VaultCopied, directory: string): string[] => {
  const tables = Object.values(vault.tables)
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return [
    `The vault was copied: ${rows} rows in ${tables.length} tables, each table the same at both.`,
    'Start it with LEDGER_STORE=esdb, EVENTSTORE_URL and DATABASE_URL.',
    `The old one is ${directory}/vault.sqlite.moved now: no start takes it.`,
  ]
}

/** Lines for a person: what was done, and what is left to do. */
export const describeMoved = (moved: Moved, { directory, vault, keys }: Way): string[] => {
  const same = `${events(moved.events)} in ${moved.streams} streams, each stream the same at both.`
  if (moved.outcome === 'there') {
    const since = moved.later === 0 ? [] : [`Since then the target has recorded ${events(moved.later)} more.`]
    return [`It was moved before, and all is there: ${same}`, ...since]
  }
  return [
    `Moved: ${same}`,
    `The ledger at sqlite:${directory} is closed for ever: it goes on at EventStoreDB, and no program starts on the old one.`,
    ...(vault === null
      ? [`Start it with LEDGER_STORE=esdb, EVENTSTORE_URL and the same LEDGER_DATA (${directory}): the vault stays there.`]
      : vaultLines(vault, directory)),
    `The keys were not copied: LEDGER_KEYS must name the key directory (${keys}) wherever it is started, or nothing sealed can be opened.`,
    'The read model makes itself again at the first start.',
  ]
}
