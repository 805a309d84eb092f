// Opening personal data for a proof: each value held against the commitment that stands in its event.
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import {
  heldInAll,
  type Held,
  type HeldField,
  type HeldIdentifier,
  type Opened,
  type OpenedField,
  type OpenedIdentifier,
} from '@consent-ledger/proof'
import { keyIdOf, openField, type DataKey, type Identifier, type Vault } from '@consent-ledger/vault'

type Keys = (sealed: string) => Promise<DataKey | null>

const keysOf = (vault: Pick<Vault, 'keyById'>): Keys => {
  const known = new Map<string, DataKey | null>()
  return async (sealed) => {
    const keyId = keyIdOf(sealed)
    const key = known.get(keyId) ?? (await vault.keyById(keyId))
    known.set(keyId, key)
    return key
  }
}

type Opening = { subjectId: string; names: ReadonlySet<string>; keys: Keys }

const identifierOf = async (opening: Opening, eventId: string, { identifier, actId, field }: HeldIdentifier): Promise<OpenedIdentifier> => {
  const { scheme, kind, commitment, sealed } = identifier
  const shown = { scheme, kind, eventId, commitment }
  if (!opening.names.has('identifiers')) return { status: 'not-opened', ...shown }
  const key = await opening.keys(sealed)
  if (key === null) return { status: 'destroyed', ...shown }
  const { value, salt } = openField(key, { actId, field, subjectId: opening.subjectId }, { commitment, sealed })
  if (typeof value !== 'string') throw new LedgerError('INTEGRITY', 'A sealed identifier is not a text')
  return { status: 'opened', ...shown, value, salt }
}

const fieldOf = async (opening: Opening, { name, sealed, actId, field }: HeldField): Promise<[string, OpenedField]> => {
  const { commitment } = sealed
  if (!opening.names.has(name)) return [name, { status: 'not-opened', commitment }]
  const key = await opening.keys(sealed.sealed)
  if (key === null) return [name, { status: 'destroyed', commitment }]
  const { value, salt } = openField(key, { actId, field, subjectId: opening.subjectId }, sealed)
  // What was sealed came from JSON and goes out as JSON; only the compiler knows `undefined` in between.
  return [name, { status: 'opened', commitment, value: value as Extract<OpenedField, { status: 'opened' }>['value'], salt }]
}

const openHeld = async (opening: Opening, eventId: string, held: Held): Promise<[string, Opened]> => {
  const identifiers = await Promise.all(held.identifiers.map((one) => identifierOf(opening, eventId, one)))
  const fields = await Promise.all(held.fields.map((one) => fieldOf(opening, one)))
  return [eventId, { identifiers, fields: Object.fromEntries(fields) }]
}

/** Opens what is in `names`, by event id. Errors: INTEGRITY if a value is not the one that its event committed to. */
export const openEvents = async (
  vault: Pick<Vault, 'keyById'>,
  subjectId: string,
  events: readonly RecordedEvent[],
  names: Iterable<string>,
): Promise<Map<string, Opened>> => {
  const opening = { subjectId, names: new Set(names), keys: keysOf(vault) }
  return new Map(await Promise.all([...heldInAll(events)].map(([eventId, held]) => openHeld(opening, eventId, held))))
}

/** The distinct identifiers that were opened, as the directory knows them. */
export const openedIdentifiers = (opened: Iterable<Opened>): Identifier[] => {
  const found = [...opened].flatMap((one) => one.identifiers).flatMap((one) => (one.status === 'opened' ? [one] : []))
  return [...new Map(found.map(({ scheme, kind, value }) => [`${scheme} ${value}`, { scheme, kind, value }])).values()]
}
