// Events in plain words: what happened, said so that somebody who has never seen the system understands it.
import { zoneOf, type Catalogue, type RecordedEvent } from '@consent-ledger/domain'
import { clockIn } from './clock.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'
import { eventSchemas, type EventType, type Names, type ReportLanguage, type Vocabulary } from './sentences.ts'

const languages: Record<ReportLanguage, Vocabulary> = { fr, en }

const namesIn = (catalogue: Catalogue, language: ReportLanguage): Names => {
  return {
    purpose: (id, version) => {
      const versions = catalogue.purposes.get(id)?.versions ?? []
      const found = version === undefined ? versions.at(-1) : versions.find((known) => known.version === version)
      return found?.text[language]?.title ?? Object.values(found?.text ?? {})[0]?.title ?? id
    },
    site: (id) => catalogue.sites.get(id)?.name ?? id,
    time: clockIn(zoneOf(catalogue), language),
  }
}

const isKnown = (type: string): type is EventType => Object.hasOwn(eventSchemas, type)

const say = (type: EventType, event: RecordedEvent, vocabulary: Vocabulary, names: Names): string => {
  const parsed = eventSchemas[type].safeParse(event.data)
  // The schema of this very type has read the data, which the compiler cannot follow over an index.
  return parsed.success ? vocabulary.events[type](parsed.data as never, names) : vocabulary.unknown(type)
}

/** A teller of events in `language`, with the titles and names of `catalogue` and the controller's clock. An unknown type is said to be unknown. */
export const storyteller = (catalogue: Catalogue, language: ReportLanguage): ((event: RecordedEvent) => string) => {
  const names = namesIn(catalogue, language)
  const vocabulary = languages[language]
  return (event) => (isKnown(event.type) ? say(event.type, event, vocabulary, names) : vocabulary.unknown(event.type))
}
