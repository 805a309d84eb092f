// What a person had answered by the time asked about, and which of it counts: the part of the reference that reads consent.
import { addDuration, startOfDay } from '../../src/index.ts'
import type { Channel, EligibilityReason, SubjectFact } from '../../src/index.ts'
import { Known, time, type Fact } from './known.ts'

export type Key = { purpose: string; channel: Channel }
export type Said = Fact<
  Extract<SubjectFact, { type: 'ConsentGiven' | 'ConsentRefused' | 'ConsentWithdrawn' | 'ConsentRequested' | 'ConsentConfirmed' }>
>
/** `by`: events one of which decided; several where they were done at the same time. */
export type Told = { reason: EligibilityReason; by: string[] }

export const answerTypes = ['ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn', 'ConsentRequested', 'ConsentConfirmed']
export class Answered extends Known {
  /** Where it stands in the order: a yes from a file without a time of its own is no younger than the file. */
  protected order({ type, data }: Said): number {
    const exported = type === 'ConsentGiven' && data.occurredAtFrom === 'ledger' && data.method?.kind === 'import' ? data.method.source?.exportedAt : undefined // prettier-ignore
    return Math.min(time(data.orderAt), exported === undefined ? Infinity : time(exported))
  }
  protected since(answer: Said): number {
    return answer.type === 'ConsentConfirmed' ? time(answer.data.confirmedAt) : this.order(answer)
  }
  protected isFile(answer: Said): boolean {
    return answer.type !== 'ConsentConfirmed' && (answer.trust === 'imported' || answer.data.method?.kind === 'import')
  }
  protected isYes(answer: Said): boolean {
    return answer.type === 'ConsentGiven' || answer.type === 'ConsentConfirmed'
  }
  protected isVouched(answer: Said): boolean {
    return answer.type === 'ConsentConfirmed' || (answer.type === 'ConsentGiven' && answer.trust === 'secret' && !this.isFile(answer))
  }
  #until(answer: Said): number {
    return 'until' in answer.data && answer.data.until !== undefined ? time(answer.data.until) : Infinity
  }
  #replaced(answer: Said): number {
    const notice = 'notice' in answer.data ? answer.data.notice : undefined
    const changes = this.rulesOf('NoticePublished').filter(({ data }) => data.change === 'new-processing')
    const days = (found: typeof changes) => found.map(({ data }) => startOfDay(data.validFrom, this.zone))
    if (notice !== undefined) return Math.min(...days(changes.filter(({ data }) => data.id === notice.id && data.version > notice.version)))
    const replacing = changes.filter(({ data: { id, version } }) => {
      const before = this.rulesOf('NoticePublished').filter(({ data }) => data.id === id && data.version < version)
      return before.some(({ data }) => data.purposes.includes(answer.data.purpose))
    })
    return Math.min(...days(replacing).filter((at) => at > this.order(answer)))
  }
  /** The end of an answer by itself: what it says, and on each day the longest that a consent may hold by the rules of that day. */
  #lasts(answer: Said, channel: Channel): number {
    const rules = (this.rulesOf('RegulatorProfileApplied').at(-1)?.data.profile.longestValidity ?? []).filter(
      (rule) => rule.channel === channel,
    )
    const ends = rules
      .map(({ from, until, value }) => ({
        at: Math.max(startOfDay(from, this.zone), addDuration(this.since(answer), value, this.zone)),
        over: until === undefined ? Infinity : startOfDay(until, this.zone),
      }))
      .filter(({ at, over }) => at < over)
    return Math.min(this.#until(answer), ...ends.map(({ at }) => at))
  }
  protected end(answer: Said, channel: Channel): number {
    return Math.min(this.#lasts(answer, channel), this.#replaced(answer))
  }
  /** Where an answer stands in the order in which answers count: text that sorts. */
  #place(answer: Said): string {
    const rank = answer.type === 'ConsentWithdrawn' ? 2 : answer.type === 'ConsentRefused' ? 1 : 0
    const until = this.#until(answer)
    const ending = until === Infinity ? '0' : String(9e15 - until).padStart(20, '0')
    return [new Date(this.order(answer)).toISOString(), rank, this.isFile(answer) ? 0 : 1, ending].join(' ')
  }
  protected answers({ purpose, channel }: Key): Said[] {
    return this.events
      .filter((event): event is Said => answerTypes.includes(event.type))
      .filter(({ data }) => data.purpose === purpose && data.channels.includes(channel))
      .filter((answer) => this.order(answer) <= this.at && this.since(answer) <= this.at)
      .sort((a, b) => (this.#place(a) === this.#place(b) ? (a.id < b.id ? -1 : 1) : this.#place(a) < this.#place(b) ? -1 : 1))
  }
  /** The answer that counts: the last one, but that a yes from a file does not follow a no. */
  #counts(answers: readonly Said[]): Said | undefined {
    return this.counting(answers).at(-1)
  }
  protected counting(answers: readonly Said[]): Said[] {
    const kept: Said[] = []
    for (const answer of answers.filter(({ type }) => type !== 'ConsentRequested')) {
      const before = kept.at(-1)
      if (this.isYes(answer) && this.isFile(answer) && before !== undefined && !this.isYes(before)) continue
      kept.push(answer)
    }
    return kept
  }
  protected consent(key: Key): Told | null {
    const answers = this.answers(key)
    const counts = this.#counts(answers)
    const request = answers.findLast(({ type }) => type === 'ConsentRequested')
    if (counts !== undefined && this.isYes(counts) && this.at < this.end(counts, key.channel))
      return { reason: 'CONSENT_GIVEN', by: [counts.id] }
    if (request !== undefined && (counts === undefined || this.order(request) > this.order(counts)))
      return { reason: 'NOT_CONFIRMED', by: [request.id] }
    if (counts === undefined) return null
    if (counts.type === 'ConsentRefused') return { reason: 'CONSENT_REFUSED', by: [counts.id] }
    if (counts.type === 'ConsentWithdrawn') return { reason: 'CONSENT_WITHDRAWN', by: [counts.id] }
    return {
      reason: this.#replaced(counts) < this.#lasts(counts, key.channel) ? 'CONSENT_INVALIDATED' : 'CONSENT_EXPIRED',
      by: [counts.id],
    }
  }
}
