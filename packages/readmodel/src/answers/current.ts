// Which of the registered answers counts for one subject, purpose and channel.
import type { CurrentAnswer } from '../port.ts'
import { inOrder } from './registers.ts'
import type { AnswerRow, Register } from './registers.ts'

/** Without a known `asOf` every end counts as come: what is not known to be in force is not. */
const isInForce = (row: AnswerRow, asOf: number | null): boolean =>
  row.kind === 'given' && (row.until === null || (asOf !== null && row.until > asOf))

/** An import counts only where no stronger word stands: never over a no, and never over a later yes. */
const strongest = (answer: AnswerRow | undefined, imported: AnswerRow | undefined): AnswerRow | undefined => {
  if (!answer || !imported) return answer ?? imported
  return answer.kind === 'given' && inOrder(answer, imported) < 0 ? imported : answer
}

type Said = Pick<CurrentAnswer, 'answer' | 'since' | 'until'>

const wordFor = (row: AnswerRow, asOf: number | null): Said => {
  if (row.kind === 'refused' || row.kind === 'withdrawn') return { answer: row.kind, since: row.since, until: null }
  if (row.kind === 'requested') return { answer: 'requested', since: row.since, until: null }
  return isInForce(row, asOf)
    ? { answer: 'given', since: row.since, until: row.until }
    : { answer: 'expired', since: row.until, until: null }
}

/** A request counts only if it is newer than the answer and that is no yes in force. */
const isPending = (request: AnswerRow, answer: AnswerRow | undefined, asOf: number | null): boolean =>
  !answer || (request.orderAt > answer.orderAt && !isInForce(answer, asOf))

/**
 * The answer that counts, from the registers of one subject, purpose and channel (1 to 5 rows, any order); null if nothing is left to say.
 * `asOf`: epoch ms at which ends are judged. Agrees with the fold of the stream, but for what only the catalogue tells (invalidated notices, inherited objections).
 */
export const currentAnswer = (rows: readonly AnswerRow[], asOf: number | null): CurrentAnswer | null => {
  const by = new Map<Register, AnswerRow>(rows.map((row) => [row.register, row]))
  const answer = strongest(by.get('answer'), by.get('import'))
  const request = by.get('request')
  const counts = request && isPending(request, answer, asOf) ? request : answer
  const objection = by.get('objection')
  // At equal times the objection stands.
  const objected = objection !== undefined && !((by.get('lift')?.orderAt ?? -Infinity) > objection.orderAt)
  if (counts) {
    const { subjectId, purpose, channel, notice, site, eventId, revision } = counts
    return { subjectId, purpose, channel, ...wordFor(counts, asOf), objected, notice, site, eventId, revision }
  }
  if (!objected) return null
  const { subjectId, purpose, channel } = objection
  return {
    subjectId,
    purpose,
    channel,
    answer: 'unknown',
    objected,
    since: null,
    until: null,
    notice: null,
    site: null,
    eventId: null,
    revision: null,
  }
}
