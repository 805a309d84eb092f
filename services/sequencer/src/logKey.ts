// Which key signs: the first one named in the ledger before it signs anything, and the hand-over from one to the next as an event under the old one.
import { randomUUID } from 'node:crypto'
import { decideLogKey, decideLogKeyRotated, ledgerAggregate, LedgerError, type Ledger, type LedgerFact } from '@consent-ledger/domain'
import { decideAndAppend, fold, type EventStore } from '@consent-ledger/eventstore'
import { parseVkey, signNote, type Signer } from '@consent-ledger/tlog'
import type { SigningKeys } from './signingKeys.ts'
import { writer } from './writer.ts'

/** `origin`: name of the log as the settings have it; absent: made from the ledger's id. */
export type KeyNaming = { store: EventStore; clock: () => number; ledgerId: string; keys: SigningKeys; origin?: string | undefined }

const record = ({ store, clock }: KeyNaming, decide: (ledger: Ledger) => LedgerFact[]): Promise<void> =>
  decideAndAppend({ store, clock, aggregate: ledgerAggregate, act: { actId: randomUUID(), writer }, decide, conclude: () => undefined })

const demandName = (signer: Signer, origin: string): void => {
  if (signer.name === origin) return
  throw new LedgerError(
    'SIGNING_KEY_WRONG',
    `The key is of the log ${signer.name}, not of ${origin}: a key never signs two logs. Move it away`,
  )
}

/** What the old key says of the new one; text of a signed note. */
export const rotationText = (origin: string, vkey: string): string => `${origin}\nlog-key-rotation v1\n${vkey}\n`

/** The vkeys that the ledger names, oldest first. Errors: those of the store. */
export const namedKeys = async (store: EventStore): Promise<string[]> =>
  (await fold(store, ledgerAggregate)).logKeys.map(({ vkey }) => vkey)

/** Errors: SETTING_INVALID if the settings name another log than this one. */
export const demandOrigin = (origin: string | undefined, vkey: string): void => {
  const { name } = parseVkey(vkey)
  if (origin !== undefined && origin !== name)
    throw new LedgerError('SETTING_INVALID', `LEDGER_LOG_ORIGIN: the log is named ${name} for good.`)
}

/**
 * The key of a log that has no leaf yet: made, and named in the ledger before it signs anything. A crash between file and event leaves a key that the next start
 * names. Errors: SIGNING_KEY_WRONG, SETTING_INVALID, those of the store.
 */
export const nameFirst = async (naming: KeyNaming): Promise<Signer> => {
  const { store, ledgerId, keys } = naming
  const [known] = await namedKeys(store)
  if (known !== undefined) {
    demandOrigin(naming.origin, known)
    return keys.named(known)
  }
  const origin = naming.origin ?? `consent-ledger/${ledgerId}`
  const signer = keys.first(origin)
  demandName(signer, origin)
  await record(naming, (ledger) => decideLogKey(ledger, signer.vkey))
  return signer
}

/** Names the key that is to follow, if there is one, by an event that the key before vouches for. Again, it does nothing. Errors: SIGNING_KEY_WRONG, those of the store. */
export const nameNext = async (naming: KeyNaming, origin: string): Promise<void> => {
  const { store, keys } = naming
  const following = keys.next()
  if (following === null || (await namedKeys(store)).includes(following.vkey)) return
  demandName(following, origin)
  await record(naming, (ledger) => {
    const signing = keys.named(ledger.logKeys.at(-1)?.vkey ?? '')
    return decideLogKeyRotated(ledger, following.vkey, signNote(rotationText(origin, following.vkey), signing))
  })
}
