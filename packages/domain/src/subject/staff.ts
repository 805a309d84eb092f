// What staff do on a subject's stream: a link undone. A proof handed out is its own event, and decides nothing.
import { refuse } from '../errors.ts'
import type { SealedField } from '../sealed.ts'
import type { SubjectFact } from './events.ts'
import type { Subject } from './subject.ts'

/** Undoes a link. What was recorded while it stood stays. Errors: NOT_FOUND if no such link is in force. */
export const decideUnlink = (subject: Subject, controller: string, linkId: string, reason: SealedField): SubjectFact[] => {
  if (!subject.links.has(linkId)) throw refuse('NOT_FOUND', '', 'in-force', 'No such link is in force')
  return [{ type: 'IdentityUnlinked', data: { controller, linkId, reason } }]
}
