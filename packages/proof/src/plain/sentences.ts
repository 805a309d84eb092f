// What a set of plain sentences must cover: one for each type of event, so that a missing one does not compile.
import type { z } from 'zod'
import { controllerEvents, ledgerEvents, operatorEvents, subjectEvents } from '@consent-ledger/domain'

export const eventSchemas = { ...subjectEvents, ...controllerEvents, ...ledgerEvents, ...operatorEvents } as const
export type EventType = keyof typeof eventSchemas
type DataOf<T extends EventType> = z.infer<(typeof eventSchemas)[T]>

/** The languages in which the ledger itself speaks. */
export type ReportLanguage = 'fr' | 'en'

/** What a sentence needs of the catalogue: titles and names instead of ids, times on the controller's clock. */
export type Names = {
  /** Title of a version of a purpose; its id if no title is known. Without version: the newest. */
  purpose(id: string, version?: number): string
  site(id: string): string
  /** An instant in the controller's zone, to the second, with the zone's name. */
  time(instant: string): string
}

export type Sentences = { [T in EventType]: (data: DataOf<T>, names: Names) => string }
/** `unknown`: for a type, or a shape of it, that this version does not know. */
export type Vocabulary = { events: Sentences; unknown: (type: string) => string }

/** Clauses that are there, joined into one sentence. */
export const sentence = (...clauses: (string | false | undefined)[]): string => {
  const text = clauses.filter((clause) => clause !== false && clause !== undefined && clause !== '').join(', ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
