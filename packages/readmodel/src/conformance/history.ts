// Invented histories: what subjects did and what was published, and the events of it as a store would hand them out.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { iso } from '@consent-ledger/domain'
import type { JsonObject, RecordedEvent, Trust, WriterKind } from '@consent-ledger/domain'

export const subjects = ['0'.repeat(31) + '1', '8'.repeat(32), 'f'.repeat(32)] as const
export const [anna, bea, carl] = subjects
export const start = Date.parse('2026-11-22T10:00:00.000Z')
/** Epoch ms. */
export const minutes = (after: number): number => start + after * 60_000
export const instant = (after: number): string => iso(minutes(after))

/** Looks like a UUID, is the same for the same text. */
export const idOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export type Told = {
  subject?: string
  /** In place of a subject: something about this controller. */
  controller?: string
  type: string
  /** Minutes after `start`. */
  at: number
  data?: JsonObject
  trust?: Trust
  kind?: WriterKind
  recordedAt?: number
}

/** What an act about `news` by mail says, unless it is told otherwise. */
const act = (at: number): JsonObject => ({
  controller: 'campo',
  site: 'campo-fr',
  purpose: 'news',
  purposeVersion: 1,
  channels: ['email'],
  occurredAt: instant(at),
  occurredAtFrom: 'site',
  orderAt: instant(at),
})

/** Gives what is told a place: positions from 0, revisions contiguous in each stream. The id of event n is `idOf('event n')`. */
export const recorder = (): ((told: Told) => RecordedEvent) => {
  const revisions = new Map<string, bigint>()
  let n = -1
  return ({ subject = anna, controller, type, at, data = {}, trust = 'secret', kind = 'site', recordedAt }) => {
    n++
    const stream = controller === undefined ? `subject-${subject}` : `controller-${controller}`
    const revision = (revisions.get(stream) ?? -1n) + 1n
    revisions.set(stream, revision)
    const metadata = {
      schemaVersion: 1,
      recordedAt: iso(recordedAt ?? start + n),
      writer: { kind, id: 'campo-fr', trust },
      actId: idOf(`act ${n}`),
    }
    const said = controller === undefined ? { ...act(at), ...data } : data
    return { id: idOf(`event ${n}`), type, stream, revision, position: BigInt(n), data: said, metadata }
  }
}

export const recorded = (told: readonly Told[]): RecordedEvent[] => told.map(recorder())

const minute = fc.nat({ max: 8 })
const until = fc.option(
  fc.integer({ min: 0, max: 12 }).map((at) => instant(at)),
  { nil: undefined },
)
const notice = fc.constantFrom<JsonObject | undefined>(undefined, { id: 'form', version: 1, language: 'fr', sha256: 'a'.repeat(64) })
const place = { subject: fc.constantFrom(...subjects), at: minute }
const purpose = fc.constantFrom('news', 'ads', 'stats')
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
      confirmedAt: instant(at + wait),
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
const staff = fc
  .record({
    ...place,
    type: fc.constantFrom('NoticeShown', 'ContactRecorded', 'ProcessingRestricted', 'SubjectErased', 'IdentityLinked'),
  })
  .map(({ subject, at, type }): Told => ({
    subject,
    at,
    type,
    data: { kind: 'click', purposes: 'all', ground: 'claims', linkId: idOf('link') },
  }))

/** Few subjects, purposes, channels and minutes, so that ties and overwrites are the rule. */
export const histories = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: given },
    { weight: 2, arbitrary: confirmed },
    { weight: 10, arbitrary: other },
    { weight: 1, arbitrary: staff },
  ),
  { minLength: 1, maxLength: 40 },
)
