// What was opened of an event, as a file of the dossier, and back: the two say the same, so that a stranger judges what the ledger judged.
import { createHash } from 'node:crypto'
import { canonicalJson, type Json, type RecordedEvent } from '@consent-ledger/domain'
import { heldInAll, type Held } from '../held.ts'
import type { Opened, OpenedField, OpenedIdentifier } from '../opened.ts'
import type { Disclosures } from './format.ts'

/** SHA-256(salt ‖ RFC 8785 bytes of the value), hex. `salt`: base64url. */
export const commitmentOf = (value: Json, salt: string): string =>
  createHash('sha256').update(Buffer.from(salt, 'base64url')).update(canonicalJson(value), 'utf8').digest('hex')

type Given = { n: number; identifier: OpenedIdentifier } | { name: string; field: OpenedField }
const nameOf = (given: Given): string => ('n' in given ? `identifiers/${given.n}` : given.name)
const statusOf = (given: Given): OpenedField['status'] => ('n' in given ? given.identifier.status : given.field.status)

/** The file of one event; null where everything in it stayed closed. */
export const disclosuresOf = (opened: Opened | undefined): Disclosures | null => {
  const identifiers = opened?.identifiers ?? []
  const fields = Object.entries(opened?.fields ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const all: Given[] = [...identifiers.map((identifier, n) => ({ n, identifier })), ...fields.map(([name, field]) => ({ name, field }))]
  if (all.every((given) => statusOf(given) === 'not-opened')) return null
  return {
    identifiers: identifiers.flatMap((one, n) => {
      if (one.status !== 'opened') return []
      const { scheme, kind, commitment, value, salt } = one
      return [{ n, scheme, kind, commitment, value, salt }]
    }),
    fields: Object.fromEntries(
      fields.flatMap(([name, one]) =>
        one.status === 'opened' ? [[name, { commitment: one.commitment, value: one.value, salt: one.salt }]] : [],
      ),
    ),
    destroyed: all.filter((given) => statusOf(given) === 'destroyed').map(nameOf),
  }
}

const openedIn = (eventId: string, held: Held, file: Disclosures | undefined): Opened => {
  const closed = (name: string): 'destroyed' | 'not-opened' => (file?.destroyed.includes(name) === true ? 'destroyed' : 'not-opened')
  return {
    identifiers: held.identifiers.map(({ identifier: { scheme, kind, commitment } }, n): OpenedIdentifier => {
      const shown = file?.identifiers.find((one) => one.n === n)
      const named = { scheme, kind, eventId, commitment }
      return shown ? { status: 'opened', ...named, value: shown.value, salt: shown.salt } : { status: closed(`identifiers/${n}`), ...named }
    }),
    fields: Object.fromEntries(
      held.fields.map(({ name, sealed: { commitment } }): [string, OpenedField] => {
        const shown = file?.fields[name]
        return [name, shown ? { status: 'opened', commitment, value: shown.value, salt: shown.salt } : { status: closed(name), commitment }]
      }),
    ),
  }
}

/**
 * What `buildProof` takes as opened, from a stream and its files by event id. Scheme, kind and commitment are those of the leaf: that a value opens its
 * commitment, and that a file names nothing else, is the verifier's business.
 */
export const openedFrom = (events: readonly RecordedEvent[], files: ReadonlyMap<string, Disclosures>): Map<string, Opened> =>
  new Map([...heldInAll(events)].map(([eventId, held]) => [eventId, openedIn(eventId, held, files.get(eventId))]))
