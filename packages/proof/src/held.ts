// Which personal data an event holds sealed, and by what name and place each is opened.
import type { RecordedEvent, SealedField, SealedIdentifier, SubjectFact } from '@consent-ledger/domain'

/** The act and the place in which it was sealed: what the vault needs to open it. */
type Sealing = { actId: string; field: string }
export type HeldIdentifier = Sealing & { identifier: SealedIdentifier }
export type HeldField = Sealing & { name: string; sealed: SealedField }
export type Held = { identifiers: HeldIdentifier[]; fields: HeldField[] }

/** A confirmation repeats how the request was made, sealed in the act of the request. */
const actOfMethod = (event: RecordedEvent, byId: ReadonlyMap<string, RecordedEvent>): string => {
  const fact = event as unknown as SubjectFact
  const request = fact.type === 'ConsentConfirmed' ? byId.get(fact.data.requestEventId) : undefined
  return (request ?? event).metadata.actId
}

/** Names of what is sealed elsewhere: who collected the answer, and the seller's word for a sale. */
const elsewhere: ReadonlySet<string> = new Set(['collector', 'reference'])

/** Name of a field of the evidence. What a site calls as something else is called is told apart, for names of one event are unique. */
const nameOf = (field: string): string => (elsewhere.has(field) ? `evidence/${field}` : field)

/** What `event` holds of the person's. Staff's own reasons are not the person's and are no part of it. */
const heldIn = (event: RecordedEvent, byId: ReadonlyMap<string, RecordedEvent>): Held => {
  const { data } = event as unknown as SubjectFact
  const { actId } = event.metadata
  const identifiers = ('identifiers' in data && data.identifiers) || []
  const evidence = ('evidence' in data && data.evidence) || {}
  const collector = 'method' in data ? data.method?.collector?.name : undefined
  const reference = 'sale' in data ? data.sale?.reference : undefined
  return {
    identifiers: identifiers.map((identifier, n) => ({ actId, field: `identifiers/${n}`, identifier })),
    fields: [
      ...Object.entries(evidence).map(([name, sealed]) => ({ actId, field: `evidence/${name}`, name: nameOf(name), sealed })),
      ...(reference ? [{ actId, field: 'sale/reference', name: 'reference', sealed: reference }] : []),
      ...(collector ? [{ actId: actOfMethod(event, byId), field: 'method/collector/name', name: 'collector', sealed: collector }] : []),
    ],
  }
}

/** By event id; events that hold nothing are left out. */
export const heldInAll = (events: readonly RecordedEvent[]): Map<string, Held> => {
  const byId = new Map(events.map((event) => [event.id, event]))
  return new Map(
    events.map((event) => [event.id, heldIn(event, byId)] as const).filter(([, held]) => held.identifiers.length + held.fields.length > 0),
  )
}

/** Names of what can be opened: `identifiers`, and each field. Sorted. */
export const namesOf = (held: Iterable<Held>): string[] => {
  const all = [...held]
  const fields = all.flatMap((one) => one.fields.map((field) => field.name))
  return [...new Set([...(all.some((one) => one.identifiers.length > 0) ? ['identifiers'] : []), ...fields])].sort()
}
