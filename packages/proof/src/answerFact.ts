// Which events are answers of a person, and which of those say yes.
import type { RecordedEvent, SubjectFact } from '@consent-ledger/domain'

const yesTypes = ['ConsentGiven', 'ConsentConfirmed', 'ConsentRequested'] as const
const noTypes = ['ConsentRefused', 'ConsentWithdrawn', 'ObjectionRecorded'] as const
type AnswerType = (typeof yesTypes)[number] | (typeof noTypes)[number]
export type AnswerFact = Extract<SubjectFact, { type: AnswerType }>

const isAnswer = (event: RecordedEvent): boolean => [...yesTypes, ...noTypes].some((type) => type === event.type)
export const isYes = (event: RecordedEvent): boolean => yesTypes.some((type) => type === event.type)

/** The fact of an answer event, or null for any other event. */
export const answerFact = (event: RecordedEvent): AnswerFact | null => (isAnswer(event) ? (event as unknown as AnswerFact) : null)
