// What staff do on a subject's stream: a proof handed out, a link undone.
import { refuse } from '../errors.ts'
import type { SealedField } from '../sealed.ts'
import type { SubjectData, SubjectFact } from './events.ts'
import type { Subject } from './subject.ts'

/** A proof is handed out: who, why, when, of what. */
export const decideProof = (proof: SubjectData<'ProofIssued'>): SubjectFact[] => [{ type: 'ProofIssued', data: proof }]

/** Undoes a link. What was recorded while it stood stays. Errors: NOT_FOUND if no such link is in force. */
export const decideUnlink = (subject: Subject, controller: string, linkId: string, reason: SealedField): SubjectFact[] => {
  if (!subject.links.has(linkId)) throw refuse('NOT_FOUND', '', 'in-force', 'No such link is in force')
  return [{ type: 'IdentityUnlinked', data: { controller, linkId, reason } }]
}
