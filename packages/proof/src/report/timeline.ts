// The story of a stream: each event in plain words, and what it changed as it was known then.
import { evolveSubject, initialSubject, ms, subjectView, type Catalogue, type RecordedEvent, type StateRow } from '@consent-ledger/domain'
import { storyteller } from '../plain/plain.ts'
import type { ReportLanguage } from '../plain/sentences.ts'
import type { Proof } from '../proof.ts'
import { answerFact, knownAtEach, within, type Narrowing } from '../record.ts'

const about = (narrowing: Narrowing, event: RecordedEvent): boolean => {
  const fact = answerFact(event)
  if (fact) return within(narrowing, fact)
  const { recordedAt } = event.metadata
  return (narrowing.from === undefined || recordedAt >= narrowing.from) && (narrowing.to === undefined || recordedAt < narrowing.to)
}

/** Rows that differ from those before; a row that was never there was `unknown`. Remembers the new ones. */
const changed = (before: Map<string, string>, rows: StateRow[]): StateRow[] =>
  rows.filter((row) => {
    const key = `${row.purpose} ${row.channel}`
    const now = JSON.stringify(row)
    const same = before.has(key) ? before.get(key) === now : row.state === 'unknown' && !row.objected
    before.set(key, now)
    return !same
  })

/** One step for each event that the report is about, in stream order. Folds every event, whatever the narrowing. */
export const timelineOf = (
  events: readonly RecordedEvent[],
  catalogue: Catalogue,
  language: ReportLanguage,
  narrowing: Narrowing,
): Proof['timeline'] => {
  const tell = storyteller(catalogue, language)
  const known = knownAtEach(catalogue)
  const subject = initialSubject()
  const before = new Map<string, string>()
  return events.flatMap((event) => {
    const { recordedAt } = event.metadata
    const at = ms(recordedAt)
    evolveSubject(subject, event)
    const rows = changed(before, subjectView(subject, known(recordedAt), { at, knownAt: at }).states)
    const states = rows.filter((row) => narrowing.purpose === undefined || row.purpose === narrowing.purpose)
    return about(narrowing, event)
      ? [{ revision: event.revision.toString(), eventId: event.id, type: event.type, recordedAt, words: tell(event), states }]
      : []
  })
}
