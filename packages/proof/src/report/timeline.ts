// The story of a stream: each event in plain words, and what it changed as it was known then.
import {
  evolveSubject,
  initialSubject,
  ms,
  statesOf,
  subjectView,
  threadKey,
  type Catalogue,
  type Key,
  type RecordedEvent,
  type StateRow,
  type SubjectFact,
} from '@consent-ledger/domain'
import { storyteller } from '../plain/plain.ts'
import type { ReportLanguage } from '../plain/sentences.ts'
import type { Proof } from '../proof.ts'
import { answerFact } from '../answerFact.ts'
import { knownAtEach, within, type Narrowing } from '../record.ts'

const about = (narrowing: Narrowing, event: RecordedEvent): boolean => {
  const fact = answerFact(event)
  if (fact) return within(narrowing, fact)
  const { recordedAt } = event.metadata
  return (narrowing.from === undefined || recordedAt >= narrowing.from) && (narrowing.to === undefined || recordedAt < narrowing.to)
}

const keyOf = ({ purpose, channel }: Key): string => threadKey(purpose, channel)

/** What an event speaks of: purpose and channels of an answer, an objection or its end. */
const namedIn = (event: RecordedEvent): Key[] => {
  const { data } = event as unknown as SubjectFact
  return 'channels' in data ? data.channels.map((channel) => ({ purpose: data.purpose, channel })) : []
}

/** A purpose and every other that carries a no to it over, at whatever distance. */
const heirsOf = (catalogue: Catalogue, purpose: string | undefined): Set<string> => {
  const heirs = new Set(purpose === undefined ? [] : [purpose])
  // Those found are walked as well.
  for (const old of heirs)
    for (const { id, versions } of catalogue.purposes.values()) if (versions.some(({ replaces }) => replaces === old)) heirs.add(id)
  return heirs
}

type Rows = Map<string, StateRow>

/** Whose row may differ after `event` under the same catalogue: what it names, what carries that over, and what ended since. */
const touched = (rows: Rows, event: RecordedEvent, catalogue: Catalogue): Key[] => {
  const named = namedIn(event)
  const heirs = heirsOf(catalogue, named[0]?.purpose)
  const ended = ({ until }: StateRow): boolean => until !== null && until <= event.metadata.recordedAt
  return [...[...rows.values()].filter((row) => heirs.has(row.purpose) || ended(row)), ...named.filter((key) => !rows.has(keyOf(key)))]
}

/** Rows that differ from those before; a row that was never there was `unknown`. Remembers the new ones. */
const changed = (before: Rows, now: StateRow[]): StateRow[] =>
  now.filter((row) => {
    const last = before.get(keyOf(row))
    before.set(keyOf(row), row)
    return last ? JSON.stringify(last) !== JSON.stringify(row) : row.state !== 'unknown' || row.objected
  })

/** Folds one event after the other and answers with the rows that then differ. A long stream costs each event its own threads, never all of them. */
const follow = (whole: Catalogue): ((event: RecordedEvent) => StateRow[]) => {
  const known = knownAtEach(whole)
  const subject = initialSubject()
  const rows: Rows = new Map()
  let last: Catalogue | null = null
  return (event) => {
    evolveSubject(subject, event)
    const at = ms(event.metadata.recordedAt)
    const catalogue = known(event.metadata.recordedAt)
    const cut = { at, knownAt: at }
    const now =
      catalogue === last ? statesOf(subject, catalogue, touched(rows, event, catalogue), cut) : subjectView(subject, catalogue, cut).states
    last = catalogue
    return changed(rows, now)
  }
}

/** One step for each event that the report is about, in stream order. Folds every event, whatever the narrowing. */
export const timelineOf = (
  events: readonly RecordedEvent[],
  catalogue: Catalogue,
  language: ReportLanguage,
  narrowing: Narrowing,
): Proof['timeline'] => {
  const tell = storyteller(catalogue, language)
  const changedBy = follow(catalogue)
  return events.flatMap((event) => {
    const states = changedBy(event).filter((row) => narrowing.purpose === undefined || row.purpose === narrowing.purpose)
    return about(narrowing, event)
      ? [
          {
            revision: event.revision.toString(),
            eventId: event.id,
            type: event.type,
            recordedAt: event.metadata.recordedAt,
            words: tell(event),
            states,
          },
        ]
      : []
  })
}
