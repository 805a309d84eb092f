// What of the catalogue stood around an act: controller, purpose, text, presentation, and whether each was on record when the person acted.
import {
  ageOfConsent,
  clockOf,
  dayIn,
  ms,
  noticeText,
  zoneOf,
  type Catalogue,
  type ControllerEntry,
  type ControllerFact,
  type Presentation,
  type PublishedNotice,
  type PurposeVersion,
  type RecordedEvent,
} from '@consent-ledger/domain'
import type { AnswerFact } from './answerFact.ts'

/**
 * A fact of the catalogue. `ref`: where it stands, as in `NoticePublished 5f0c…`. `lateOn`: the day (controller's zone) on which it came to the ledger,
 * where that was after the act: nothing but the site's word then says that it stood at the time. Null where it was on record.
 */
export type Published<T> = { entry: T; ref: string; lateOn: string | null }

/** As known when the answer was recorded, null if it was not. */
export type Around = {
  controller: Published<ControllerEntry> | null
  purpose: Published<PurposeVersion> | null
  /** Only a text whose SHA-256 is the one in the event. */
  notice: Published<PublishedNotice> | null
  presentation: Published<Presentation> | null
  /** The version of the notice is in force only from a day after that of the act. */
  noticeNotYet: boolean
  ageOfConsent: number
}

type Source = { type: ControllerFact['type']; id: string; recordedAt: number }
type Dated = <T>(entry: T | null | undefined, source: Source | undefined) => Published<T> | null

/** Holds publications against the time of an act. Clocks may differ by the skew limit of that day's profile. */
const datedBy = (catalogue: Catalogue, actAt: number): Dated => {
  const latest = actAt + clockOf(catalogue, 'skew', actAt)
  const zone = zoneOf(catalogue)
  return (entry, source) => {
    if (entry === null || entry === undefined || source === undefined) return null
    const lateOn = source.recordedAt > latest ? dayIn(source.recordedAt, zone) : null
    return { entry, ref: `${source.type} ${source.id}`, lateOn }
  }
}

const sourceOf = (event: RecordedEvent, fact: ControllerFact): Source => ({
  type: fact.type,
  id: event.id,
  recordedAt: ms(event.metadata.recordedAt),
})

/** The entry that stood at the act, or else the first that came after it. */
const controllerAt = (catalogue: Catalogue, dated: Dated): Published<ControllerEntry> | null => {
  const entries = catalogue.history.flatMap((event) => {
    const fact = event as unknown as ControllerFact
    return fact.type === 'ControllerRegistered' ? (dated(fact.data, sourceOf(event, fact)) ?? []) : []
  })
  return entries.findLast((entry) => entry.lateOn === null) ?? entries[0] ?? null
}

const presentationOf = (
  catalogue: Catalogue,
  notice: PublishedNotice | null,
  id: string | undefined,
  dated: Dated,
): Published<Presentation> | null => {
  if (notice === null || id === undefined) return null
  for (const event of catalogue.history.toReversed()) {
    const fact = event as unknown as ControllerFact
    if (fact.type !== 'PresentationPublished' || fact.data.presentation.id !== id) continue
    if (fact.data.notice === notice.id && fact.data.version === notice.version) return dated(fact.data.presentation, sourceOf(event, fact))
  }
  return null
}

const noticeShown = (catalogue: Catalogue, fact: AnswerFact): PublishedNotice | null => {
  const named = 'notice' in fact.data ? fact.data.notice : undefined
  if (named === undefined || !('sha256' in named)) return null
  const text = noticeText(catalogue, named, ms(fact.data.orderAt))
  return text?.sha256 === named.sha256 ? text : null
}

/** What stood around the act `spoken`. `catalogue`: as known when it was recorded. */
export const aroundAct = (catalogue: Catalogue, spoken: AnswerFact): Around => {
  const actAt = ms(spoken.data.orderAt)
  const dated = datedBy(catalogue, actAt)
  const purpose = catalogue.purposes.get(spoken.data.purpose)?.versions.find((version) => version.version === spoken.data.purposeVersion)
  const notice = noticeShown(catalogue, spoken)
  return {
    controller: controllerAt(catalogue, dated),
    purpose: dated(purpose, purpose && { type: 'PurposePublished', id: purpose.eventId, recordedAt: purpose.recordedAt }),
    notice: dated(notice, notice ? { type: 'NoticePublished', id: notice.eventId, recordedAt: notice.recordedAt } : undefined),
    presentation: presentationOf(catalogue, notice, spoken.data.method?.presentation, dated),
    noticeNotYet: notice !== null && notice.validFrom > dayIn(actAt, zoneOf(catalogue)),
    ageOfConsent: ageOfConsent(catalogue, actAt),
  }
}
