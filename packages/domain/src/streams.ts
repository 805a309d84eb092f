// Whose stream it is, by its name.
import { controllerStream } from './catalogue/events.ts'
import { LedgerError } from './errors.ts'
import { subjectStream } from './subject/events.ts'
import { subjectIdPattern } from './words.ts'

const behind = (prefix: string, stream: string): string | null => (stream.startsWith(prefix) ? stream.slice(prefix.length) : null)

/** The subject whose stream this is, or null for any other stream. Errors: INTEGRITY for a subject's stream with another name than 32 hex digits. */
export const subjectIdOf = (stream: string): string | null => {
  const subjectId = behind(subjectStream(''), stream)
  if (subjectId !== null && !subjectIdPattern.test(subjectId))
    throw new LedgerError('INTEGRITY', 'The store holds a subject stream whose name is not a subject id.')
  return subjectId
}

/** The controller whose stream this is, or null for any other stream. */
export const controllerOf = (stream: string): string | null => behind(controllerStream(''), stream)
