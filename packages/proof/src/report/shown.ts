// What was shown, as it stood: the exact text of each notice in the language of the screen, and each purpose in the version answered.
import { createHash } from 'node:crypto'
import {
  catalogueKnownAt,
  iso,
  LedgerError,
  ms,
  noticeText,
  type Catalogue,
  type PublishedNotice,
  type RecordedEvent,
  type SubjectData,
} from '@consent-ledger/domain'
import type { ReportLanguage } from '../plain/sentences.ts'
import type { Proof } from '../proof.ts'
import type { Narrowing, ProofRecord } from '../record.ts'

type Shown = { notice: PublishedNotice; eventIds: string[] }

/** A notice view inside the report: its text, if that is the one in the event. A view names no purpose, so a report on one purpose takes those of notices that show it. */
const viewed = (event: RecordedEvent, catalogue: Catalogue, about: Narrowing): Shown[] => {
  if (event.type !== 'NoticeShown') return []
  const data = event.data as unknown as SubjectData<'NoticeShown'>
  const notice = noticeText(catalogueKnownAt(catalogue, ms(event.metadata.recordedAt)), data.notice, ms(data.orderAt))
  const inPeriod = (about.from === undefined || data.orderAt >= about.from) && (about.to === undefined || data.orderAt < about.to)
  if (!inPeriod || notice?.sha256 !== data.notice.sha256) return []
  return about.purpose === undefined || notice.purposes.includes(about.purpose) ? [{ notice, eventIds: [event.id] }] : []
}

const told = ({ notice, eventIds }: Shown): Proof['notices'][number] => {
  // The text itself is the evidence: one that is not what was published must never be handed out.
  if (createHash('sha256').update(notice.text, 'utf8').digest('hex') !== notice.sha256)
    throw new LedgerError('INTEGRITY', 'The text of a published notice is not the one that its SHA-256 stands for')
  return {
    id: notice.id,
    version: notice.version,
    language: notice.language,
    text: notice.text,
    contentType: notice.contentType,
    sha256: notice.sha256,
    withdrawal: notice.withdrawal ?? null,
    change: notice.change,
    validFrom: notice.validFrom,
    publishedAt: iso(notice.recordedAt),
    eventId: notice.eventId,
    shownIn: eventIds,
  }
}

/** Each text that was shown, once, with the events in which it was. Errors: INTEGRITY if a text is not what its SHA-256 says. */
export const noticesShown = (
  record: ProofRecord,
  events: readonly RecordedEvent[],
  catalogue: Catalogue,
  about: Narrowing,
): Proof['notices'] => {
  const shown = [
    ...events.flatMap((event) => viewed(event, catalogue, about)),
    ...record.answers.flatMap((answer) =>
      answer.notice === null ? [] : [{ notice: answer.notice.entry, eventIds: [answer.spoken.event.id] }],
    ),
  ]
  return [...Map.groupBy(shown, ({ notice }) => notice.eventId).values()].flatMap((same) => {
    const [first] = same
    return first ? [told({ notice: first.notice, eventIds: [...new Set(same.flatMap((one) => one.eventIds))] })] : []
  })
}

/** Each purpose in the version that was answered, once. Title and description in `language` where the version has it. */
export const purposesThen = (record: ProofRecord, language: ReportLanguage): Proof['purposes'] => {
  const entries = record.answers.flatMap((answer) => answer.purpose?.entry ?? [])
  return [...new Map(entries.map((entry) => [entry.eventId, entry])).values()].map((entry) => {
    const [spoken, text] = Object.entries(entry.text).find(([key]) => key === language) ??
      Object.entries(entry.text)[0] ?? [language, undefined]
    return {
      id: entry.id,
      version: entry.version,
      title: text?.title ?? entry.id,
      description: text?.description ?? '',
      language: spoken,
      legalBasis: entry.legalBasis,
      marketing: entry.marketing,
      channels: entry.channels,
      dataKinds: entry.dataKinds,
      recipients: entry.recipients,
      retention: entry.retention,
      validity: entry.validity ?? null,
      confirmation: entry.confirmation,
      evidence: entry.evidence ?? null,
      publishedAt: iso(entry.recordedAt),
      eventId: entry.eventId,
    }
  })
}
