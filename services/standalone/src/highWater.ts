// How far this ledger ever got, kept beside the keys and apart from the data: what tells a rolled-back data directory from a whole one.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { z } from 'zod'
import { writeDurably } from './durableFile.ts'

const Mark = z.strictObject({ ledgerId: z.string(), position: z.string().regex(/^-?\d+$/), acts: z.string().regex(/^\d+$/) })

/** `position`: head of the event store. `acts`: how many acts the vault ever stored. Both only grow. */
export type HighWater = { ledgerId: string; position: bigint; acts: bigint }

const fileIn = (keys: string): string => join(keys, 'high-water.json')

/** The mark as last kept, or null if there is none. Errors: DATA_CORRUPT if it cannot be read, or is not one of ours. */
export const readHighWater = (keys: string): HighWater | null => {
  const file = fileIn(keys)
  if (!existsSync(file)) return null
  try {
    const mark = Mark.parse(JSON.parse(readFileSync(file, 'utf8')))
    return { ledgerId: mark.ledgerId, position: BigInt(mark.position), acts: BigInt(mark.acts) }
  } catch (cause) {
    throw new LedgerError(
      'DATA_CORRUPT',
      'high-water.json in the key directory cannot be read; if you are sure that the data are whole, delete it',
      { cause },
    )
  }
}

/** Keeps the mark; durable on return. Errors: those of the file system. */
export const keepHighWater = (keys: string, { ledgerId, position, acts }: HighWater): void =>
  writeDurably(fileIn(keys), `${JSON.stringify({ ledgerId, position: position.toString(), acts: acts.toString() })}\n`)

/** Refuses data that are older than what this ledger has acknowledged. Errors: DATA_FOREIGN, DATA_ROLLED_BACK. */
export const demandNotRolledBack = (mark: HighWater | null, now: HighWater): void => {
  if (mark === null) return
  if (mark.ledgerId !== now.ledgerId)
    throw new LedgerError('DATA_FOREIGN', 'The data directory and the key directory belong to different ledgers')
  const behind = [
    ...(now.position < mark.position ? [`events.sqlite ends at position ${now.position}, but ${mark.position} was reached`] : []),
    ...(now.acts < mark.acts ? [`vault.sqlite holds ${now.acts} acts, but ${mark.acts} were stored`] : []),
  ]
  if (behind.length === 0) return
  const remedy =
    'Bring back the newest copy of the whole data directory. Only if the loss is known and accepted, delete high-water.json in the key directory'
  throw new LedgerError('DATA_ROLLED_BACK', `The data directory is older than this ledger: ${behind.join('; ')}. ${remedy}`)
}
