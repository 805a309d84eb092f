// From events to what the read model keeps of them: each subject folded, and judged by the catalogue as it is now.
import {
  changesVerdicts,
  controllerOf,
  initialCatalogue,
  isLink,
  judgedSubject,
  ms,
  subjectAggregate,
  subjectIdOf,
} from '@consent-ledger/domain'
import type { Catalogue, JudgedSubject, RecordedEvent, Subject } from '@consent-ledger/domain'
import type { Live } from '@consent-ledger/edge'
import { addTo, eachInTurn, fold, readOn, RecentFolds, startOf } from '@consent-ledger/eventstore'
import type { EventStore, Fold } from '@consent-ledger/eventstore'
import type { Group } from '@consent-ledger/readmodel'

export type Judge = {
  store: Pick<EventStore, 'readStream'>
  /** The catalogues by which everybody is judged. */
  live: Pick<Live, 'controller' | 'refresh'>
  /** Epoch ms. */
  clock: () => number
}

/** `applied`: to be called once the read model holds the group, and only then: the folds made for it are kept for the next one. */
export type JudgedGroup = { group: Group; applied: () => void }

/** What a group holds of one subject, in order. */
type Said = { controller: string; subjectId: string; events: RecordedEvent[] }

const controllerNamed = ({ data }: RecordedEvent): string | null => {
  const { controller } = data
  return typeof controller === 'string' ? controller : null
}

const subjectsIn = (events: readonly RecordedEvent[]): Said[] => {
  const said = new Map<string, Said>()
  for (const event of events) {
    const subjectId = subjectIdOf(event.stream)
    const controller = controllerNamed(event)
    if (subjectId === null || controller === null) continue
    const known = said.get(event.stream)
    if (known) known.events.push(event)
    else said.set(event.stream, { controller, subjectId, events: [event] })
  }
  return [...said.values()]
}

/** By the newest of the events, since one run over all subjects serves them all. */
const rejudgeIn = (events: readonly RecordedEvent[]): Group['rejudge'] => {
  const causes = new Map<string, number>()
  for (const { stream, type, metadata } of events) {
    const controller = controllerOf(stream)
    if (controller !== null && changesVerdicts(type)) causes.set(controller, ms(metadata.recordedAt))
  }
  return [...causes].map(([controller, causeAt]) => ({ controller, causeAt }))
}

export class Judging {
  readonly #judge: Judge
  readonly #folds = new RecentFolds()
  /** Whether the catalogues hold at least what the read model was judged by before this run, perhaps by another projector. */
  #caughtUp = false

  /** The folds kept are those of one run of a follower: every one of them was judged, and the read model holds what came of it. */
  constructor(judge: Judge) {
    this.#judge = judge
  }

  /**
   * What a group of events comes to, at the clock. A fold may hold later events than the group where it was read from the store; its revision says so.
   * Errors: those of the store, INTEGRITY for a gap in a stream.
   */
  async group(events: readonly RecordedEvent[]): Promise<JudgedGroup> {
    const said = subjectsIn(events)
    const { live } = this.#judge
    const changed = events.some(({ stream }) => controllerOf(stream) !== null)
    if (!this.#caughtUp || changed || said.some(({ controller }) => live.controller(controller) === undefined)) await live.refresh()
    this.#caughtUp = true
    const folds: { subjectId: string; fold: Fold<Subject> }[] = []
    const judged = await eachInTurn(said, async (one) => {
      const { fold, judgedBefore } = await this.#foldOf(one)
      folds.push({ subjectId: one.subjectId, fold })
      const announce = one.events.some(({ type }) => isLink(type))
      if (judgedBefore && !announce) return []
      return [judgedSubject(fold.state, this.#catalogue(one.controller), one.subjectId, this.#judge.clock(), { announce })]
    })
    return {
      group: { events, subjects: judged.flat(), rejudge: rejudgeIn(events) },
      applied: () => {
        for (const { subjectId, fold } of folds) this.#folds.put(subjectAggregate(subjectId), fold)
      },
    }
  }

  /** A subject as its stream stands, judged at `at` (epoch ms), or at its last event if that is later. `causeAt`: as of `judgeSubject`. Errors: as of `group`. */
  async subject(controller: string, subjectId: string, at: number, causeAt?: number): Promise<JudgedSubject> {
    // Never a fold that was kept: another projector may have applied events since, and a judgement without them would be dropped.
    const subject = await fold(this.#judge.store, subjectAggregate(subjectId))
    return judgedSubject(subject, this.#catalogue(controller), subjectId, at, { causeAt })
  }

  #catalogue(controller: string): Catalogue {
    // Of a controller without a catalogue nothing is known to be marketing: nobody may be contacted.
    return this.#judge.live.controller(controller) ?? initialCatalogue(controller)
  }

  /** `judgedBefore`: the fold held all of these events already when it was judged in a group before. */
  async #foldOf({ subjectId, events }: Said): Promise<{ fold: Fold<Subject>; judgedBefore: boolean }> {
    const aggregate = subjectAggregate(subjectId)
    const first = events[0]?.revision ?? 0n
    const last = events.at(-1)?.revision ?? first
    // What is not put back after a failure is forgotten, so no fold runs ahead of what the read model was given.
    const kept = this.#folds.take(aggregate) ?? startOf(aggregate)
    if (kept.revision >= last) return { fold: kept, judgedBefore: true }
    if (kept.revision >= first - 1n) {
      for (const event of events) if (event.revision > kept.revision) addTo(kept, aggregate, event)
      return { fold: kept, judgedBefore: false }
    }
    const whole = startOf(aggregate)
    for await (const page of readOn(this.#judge.store, aggregate.stream, whole.revision))
      for (const event of page) addTo(whole, aggregate, event)
    return { fold: whole, judgedBefore: false }
  }
}
