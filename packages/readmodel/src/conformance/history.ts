// Invented histories: events as a store would hand them out, and whole random ones.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { evolveCatalogue, initialCatalogue, iso } from '@consent-ledger/domain'
import type { Catalogue, JsonObject, RecordedEvent, Trust, WriterKind } from '@consent-ledger/domain'

export const subjects = ['0'.repeat(31) + '1', 'f'.repeat(32), '8'.repeat(32)]
export const start = Date.parse('2026-11-22T10:00:00.000Z')

/** Looks like a UUID, is the same for the same text. */
export const idOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export type Told = {
  subject?: string
  type: string
  /** Minutes after `start`. */
  at: number
  data?: JsonObject
  trust?: Trust
  kind?: WriterKind
  recordedAt?: number
}

/** Events in their order of arrival: positions from 0, revisions contiguous in each stream. */
export const recorded = (told: readonly Told[]): RecordedEvent[] => {
  const revisions = new Map<string, bigint>()
  return told.map(({ subject = subjects[0], type, at, data = {}, trust = 'secret', kind = 'site', recordedAt }, n) => {
    const stream = `subject-${subject}`
    const revision = (revisions.get(stream) ?? -1n) + 1n
    revisions.set(stream, revision)
    const orderAt = iso(start + at * 60_000)
    const said = {
      controller: 'campo',
      site: 'campo-fr',
      purpose: 'news',
      purposeVersion: 1,
      channels: ['email'],
      occurredAt: orderAt,
      occurredAtFrom: 'site',
      orderAt,
    }
    const metadata = {
      schemaVersion: 1,
      recordedAt: iso(recordedAt ?? start + n),
      writer: { kind, id: 'campo-fr', trust },
      actId: idOf(`act ${n}`),
    }
    return { id: idOf(`event ${n}`), type, stream, revision, position: BigInt(n), data: { ...said, ...data }, metadata }
  })
}

/** A catalogue in which version 2 of the notice `form` takes the place of version 1 on the 23rd, in `timeZone`. */
export const catalogueReplacing = (timeZone: string): Catalogue => {
  const form = { id: 'form', validFrom: '2026-01-01', change: 'new-processing', purposes: ['news'], contentType: 'text/plain', language: 'fr', text: '', sha256: 'a'.repeat(64) } // prettier-ignore
  const facts: [string, JsonObject][] = [
    ['ControllerRegistered', { id: 'campo', timeZone }],
    ['NoticePublished', { ...form, version: 1 }],
    ['NoticePublished', { ...form, version: 2, validFrom: '2026-11-23' }],
  ]
  const metadata = { schemaVersion: 1, recordedAt: iso(start), writer: { kind: 'operator', id: 'admin', trust: 'operator' }, actId: idOf('catalogue') } as const // prettier-ignore
  return facts
    .map(([type, data], n) => ({
      id: idOf(`fact ${n}`),
      type,
      stream: 'controller-campo',
      revision: BigInt(n),
      position: BigInt(n),
      data,
      metadata,
    })) // prettier-ignore
    .reduce(evolveCatalogue, initialCatalogue('campo'))
}

/** The same events in another order of arrival: only their positions change. */
export const arrivingAs = (events: readonly RecordedEvent[], order: readonly RecordedEvent[]): RecordedEvent[] =>
  order.map((event, n) => ({ ...event, position: events[n]?.position ?? BigInt(n) }))

const minute = fc.nat({ max: 8 })
const until = fc.option(
  fc.integer({ min: 0, max: 12 }).map((at) => iso(start + at * 60_000)),
  { nil: undefined },
)
const notice = fc.constantFrom<JsonObject | undefined>(undefined, { id: 'form', version: 1, language: 'fr', sha256: 'a'.repeat(64) })
const place = { subject: fc.constantFrom(...subjects), at: minute }
const purpose = fc.constantFrom('news', 'ads')
const channels = fc.constantFrom<string[]>(['email'], ['sms'], ['email', 'sms'])

const given = fc
  .record({
    ...place,
    purpose,
    channels,
    until,
    notice,
    trust: fc.constantFrom<Trust>('secret', 'publishable', 'operator', 'imported'),
    imported: fc.boolean(),
  })
  .map(({ subject, at, trust, imported, until, notice, ...data }): Told => ({
    subject,
    at,
    trust,
    type: 'ConsentGiven',
    data: { ...data, ...(until ? { until } : {}), ...(notice ? { notice } : {}), ...(imported ? { method: { kind: 'import' } } : {}) },
  }))
const confirmed = fc
  .record({ ...place, purpose, channels, until, wait: fc.nat({ max: 3 }), imported: fc.boolean() })
  .map(({ subject, at, wait, until, imported, ...data }): Told => ({
    subject,
    at,
    trust: 'system',
    kind: 'system',
    type: 'ConsentConfirmed',
    data: {
      ...data,
      requestEventId: idOf('request'),
      confirmedAt: iso(start + (at + wait) * 60_000),
      ...(imported ? { method: { kind: 'import' } } : {}),
      ...(until ? { until } : {}),
    },
  }))
const other = fc
  .record({
    ...place,
    purpose,
    channels,
    type: fc.constantFrom('ConsentRefused', 'ConsentWithdrawn', 'ConsentRequested', 'ObjectionRecorded', 'ObjectionLifted'),
    trust: fc.constantFrom<Trust>('secret', 'imported'),
  })
  .map(({ subject, at, type, trust, ...data }): Told => ({ subject, at, type, trust, data }))

/** Few subjects, purposes, channels and minutes, so that ties and overwrites are the rule. */
export const histories = fc
  .array(fc.oneof({ weight: 3, arbitrary: given }, { weight: 1, arbitrary: confirmed }, { weight: 5, arbitrary: other }), {
    minLength: 1,
    maxLength: 40,
  })
  .map(recorded)
