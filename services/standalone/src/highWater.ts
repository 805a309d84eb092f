// How far this ledger ever got, kept beside the keys and apart from the data: what tells a rolled-back data directory from a whole one.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError, StoreKind } from '@consent-ledger/domain'
import { writeDurably } from '@consent-ledger/edge'
import { z } from 'zod'

const VaultKind = z.enum(['sqlite', 'postgres'])

const Mark = z.strictObject({
  ledgerId: z.string(),
  // Marks of the first version name no kinds: it had only this one.
  store: StoreKind.default('sqlite'),
  position: z.string().regex(/^-?\d+$/),
  vault: VaultKind.default('sqlite'),
  acts: z.string().regex(/^\d+$/),
})

/**
 * `position`: head of the event store. `acts`: how many acts the vault ever stored. Both only grow, as long as the ledger stays in stores of the same kinds
 * (`store`, `vault`): another store has other positions.
 */
export type HighWater = { ledgerId: string; store: StoreKind; position: bigint; vault: z.infer<typeof VaultKind>; acts: bigint }

/** What to call the two before a person. */
export type Names = { store: string; vault: string }

const fileIn = (keys: string): string => join(keys, 'high-water.json')

/** The mark as last kept, or null if there is none. Errors: DATA_CORRUPT if it cannot be read, or is not one of ours. */
export const readHighWater = (keys: string): HighWater | null => {
  const file = fileIn(keys)
  if (!existsSync(file)) return null
  try {
    const mark = Mark.parse(JSON.parse(readFileSync(file, 'utf8')))
    return { ...mark, position: BigInt(mark.position), acts: BigInt(mark.acts) }
  } catch (cause) {
    throw new LedgerError(
      'DATA_CORRUPT',
      'high-water.json in the key directory cannot be read; if you are sure that the data are whole, delete it',
      { cause },
    )
  }
}

/** Keeps the mark; durable on return. Errors: those of the file system. */
export const keepHighWater = (keys: string, { ledgerId, store, position, vault, acts }: HighWater): void =>
  writeDurably(fileIn(keys), `${JSON.stringify({ ledgerId, store, position: position.toString(), vault, acts: acts.toString() })}\n`)

/** Refuses data that are older than what this ledger has acknowledged. Errors: DATA_FOREIGN, DATA_ROLLED_BACK. */
export const demandNotRolledBack = (mark: HighWater | null, now: HighWater, names: Names): void => {
  if (mark === null) return
  if (mark.ledgerId !== now.ledgerId)
    throw new LedgerError('DATA_FOREIGN', 'The data directory and the key directory belong to different ledgers')
  const earlier = mark.store === now.store && now.position < mark.position
  const fewer = mark.vault === now.vault && now.acts < mark.acts
  const behind = [
    ...(earlier ? [`${names.store} ends at position ${now.position}, but ${mark.position} was reached`] : []),
    ...(fewer ? [`${names.vault} holds ${now.acts} acts, but ${mark.acts} were stored`] : []),
  ]
  if (behind.length === 0) return
  const remedy =
    'Bring back the newest copy of all data. Only if the loss is known and accepted, delete high-water.json in the key directory'
  throw new LedgerError('DATA_ROLLED_BACK', `The data are older than this ledger: ${behind.join('; ')}. ${remedy}`)
}
