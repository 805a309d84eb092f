// Which of the registered answers counts for one subject, purpose and channel.
import type { CurrentAnswer, ReplacedAt } from '../port.ts'
import { inOrder } from './registers.ts'
import type { AnswerRow, Register } from './registers.ts'

/** `asOf`: epoch ms at which ends are judged. Without one every end counts as come: what is not known to be in force is not. */
type Judging = { asOf: number | null; replacedAt: ReplacedAt }

/** When a yes stops by itself: at its end or at the replacement of its notice, whichever comes first. As in the fold of a subject. */
const stops = ({ until, notice }: AnswerRow, { replacedAt }: Judging): { at: number; as: 'expired' | 'invalidated' } | null => {
  const replaced = notice && replacedAt(notice)
  if (replaced !== null && (until === null || replaced < until)) return { at: replaced, as: 'invalidated' }
  return until === null ? null : { at: until, as: 'expired' }
}

const isInForce = (row: AnswerRow, judging: Judging): boolean => {
  const stop = stops(row, judging)
  return row.kind === 'given' && (stop === null || (judging.asOf !== null && stop.at > judging.asOf))
}

/** An import counts only where no stronger word stands: never over a no, and never over a later yes. */
const strongest = (answer: AnswerRow | undefined, imported: AnswerRow | undefined): AnswerRow | undefined => {
  if (!answer || !imported) return answer ?? imported
  return answer.kind === 'given' && inOrder(answer, imported) < 0 ? imported : answer
}

type Said = Pick<CurrentAnswer, 'answer' | 'since' | 'until'>

const wordFor = (row: AnswerRow, judging: Judging): Said => {
  if (row.kind === 'refused' || row.kind === 'withdrawn') return { answer: row.kind, since: row.since, until: null }
  if (row.kind === 'requested') return { answer: 'requested', since: row.since, until: null }
  const stop = stops(row, judging)
  return stop === null || isInForce(row, judging)
    ? { answer: 'given', since: row.since, until: stop?.at ?? null }
    : { answer: stop.as, since: stop.at, until: null }
}

/** A request counts only if it is newer than the answer and that is no yes in force. */
const isPending = (request: AnswerRow, answer: AnswerRow | undefined, judging: Judging): boolean =>
  !answer || (request.orderAt > answer.orderAt && !isInForce(answer, judging))

/**
 * The answer that counts, from the registers of one subject, purpose and channel (1 to 5 rows, any order); null if nothing is left to say.
 * Agrees with the fold of the stream, but for objections inherited from an older purpose.
 */
export const currentAnswer = (rows: readonly AnswerRow[], judging: Judging): CurrentAnswer | null => {
  const by = new Map<Register, AnswerRow>(rows.map((row) => [row.register, row]))
  const answer = strongest(by.get('answer'), by.get('import'))
  const request = by.get('request')
  const counts = request && isPending(request, answer, judging) ? request : answer
  const objection = by.get('objection')
  // At equal times the objection stands.
  const objected = objection !== undefined && !((by.get('lift')?.orderAt ?? -Infinity) > objection.orderAt)
  if (counts) {
    const { subjectId, purpose, channel, notice, site, eventId, revision } = counts
    return { subjectId, purpose, channel, ...wordFor(counts, judging), objected, notice, site, eventId, revision }
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
