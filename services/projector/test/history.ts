// Invented people of an invented controller: what they said, and what its catalogue says of it.
import { randomUUID } from 'node:crypto'
import { CatalogueFile, catalogueAggregate, decideCatalogue, iso, shippedProfiles } from '@consent-ledger/domain'
import type { Fact, JsonObject, NewEvent, RecordedEvent, Trust } from '@consent-ledger/domain'
import { beginning, fold } from '@consent-ledger/eventstore'
import type { EventStore } from '@consent-ledger/eventstore'

export const now = Date.parse('2026-11-22T10:00:00.000Z')
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export const subjectOf = (n: number): string => n.toString(16).padStart(32, '0')
const streamOf = (n: number): string => `subject-${subjectOf(n)}`

const said = ({ type, data }: Fact, at: number, trust: Trust): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { schemaVersion: 1, recordedAt: iso(at), writer: { kind: 'site', id: 'campo-fr', trust }, actId: randomUUID() },
})

/** Adds to the end of a stream, whatever that is. */
const add = async (store: EventStore, stream: string, events: readonly NewEvent[]): Promise<RecordedEvent[]> => {
  const there = await store.readStream(stream, { after: beginning, limit: 10_000 })
  return store.append(stream, there.at(-1)?.revision ?? beginning, events)
}

/** What a fact of a subject says if nothing else is said. */
const common = (at: number): JsonObject => ({ controller: 'campo', orderAt: iso(at) })
const answer = (at: number): JsonObject => ({
  ...common(at),
  site: 'campo-fr',
  purpose: 'news',
  purposeVersion: 1,
  channels: ['email'],
  occurredAt: iso(at),
  occurredAtFrom: 'site',
})

export type Saying = { type?: string; at?: number; recordedAt?: number; data?: JsonObject; trust?: Trust }

/** One event of subject `n`: a yes to the newsletter, unless told otherwise. */
export const record = async (
  store: EventStore,
  n: number,
  { type = 'ConsentGiven', at = now, recordedAt = at, data = {}, trust = 'secret' }: Saying = {},
): Promise<RecordedEvent> => {
  const known = type.startsWith('Consent') || type.startsWith('Objection') ? answer(at) : common(at)
  const [event] = await add(store, streamOf(n), [said({ type, data: { ...known, ...data } }, recordedAt, trust)])
  if (event === undefined) throw new Error('The store recorded nothing.')
  return event
}

/** One yes of a subject of its own, `n` minutes before now. */
export const recordYes = async (store: EventStore, n: number): Promise<void> => {
  await record(store, n, { at: now - n * minute })
}

const text = (title: string): object => ({ fr: { title, description: title }, en: { title, description: title } })

/** A purpose by consent on e-mail. */
export const purpose = (id: string, over: object = {}): object => ({
  id,
  version: 1,
  legalBasis: 'consent',
  marketing: true,
  channels: ['email'],
  dataKinds: ['contact'],
  recipients: [],
  retention: 'P3Y',
  text: text(id),
  ...over,
})

/** A version of the notice `form`. */
export const notice = (version: number, over: object = {}): object => ({
  id: 'form',
  version,
  change: 'new-processing',
  validFrom: '2020-01-01',
  purposes: ['news'],
  withdrawal: { fr: 'lien', en: 'link' },
  text: { fr: `Texte ${version}`, en: `Text ${version}` },
  ...over,
})

/** What a yes on version 1 of the notice `form` says of it. */
export const onForm: JsonObject = { notice: { id: 'form', version: 1, language: 'fr', sha256: 'a'.repeat(64) } }

/** A catalogue with these purposes and notices. */
export const catalogue = (purposes: readonly object[] = [purpose('news')], notices: readonly object[] = [notice(1)]): CatalogueFile =>
  CatalogueFile.parse({
    controller: {
      id: 'campo',
      name: 'Campo SAS',
      address: '1 rue du Test, 69000 Lyon',
      contact: 'dpo@campo.example.org',
      jurisdiction: 'FR',
      regulator: 'FR-CNIL',
      entities: [{ id: 'campo', name: 'Campo SAS', address: '1 rue du Test, 69000 Lyon' }],
    },
    sites: [{ id: 'campo-fr', name: 'Campo FR', origins: ['https://campo.example.org'], manageConsentLink: true }],
    purposes,
    notices,
  })

/** Publishes what differs, as an administrator would; the first time the ledger learns of the controller too. */
export const publish = async (store: EventStore, file: CatalogueFile = catalogue(), at: number = now - 400 * day): Promise<void> => {
  const known = await fold(store, catalogueAggregate('campo'))
  if (known.controller === null)
    await add(store, 'ledger', [said({ type: 'ControllerNamed', data: { controller: 'campo' } }, at, 'system')])
  const facts: readonly Fact[] = decideCatalogue(known, file, shippedProfiles, at)
  await add(store, 'controller-campo', facts.map((fact) => said(fact, at, 'operator'))) // prettier-ignore
}
