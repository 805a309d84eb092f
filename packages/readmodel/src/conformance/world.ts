// A small world: events are folded, subjects judged by the domain, and what comes of it applied, as a projector would.
import {
  changesVerdicts,
  controllerOf,
  evolveCatalogue,
  evolveSubject,
  initialCatalogue,
  initialSubject,
  isLink,
  judgedSubject,
  subjectIdOf,
  type Catalogue,
  type JsonObject,
  type RecordedEvent,
  type RegulatorProfile,
  type Subject,
} from '@consent-ledger/domain'
import type { Group, JudgedSubject, ReadModel } from '../port.ts'
import { minutes, recorder, start, type Told } from './history.ts'

const everywhere = { source: 'test', from: '2000-01-01', audience: 'consumer' } as const
const profile: Partial<RegulatorProfile> = {
  id: 'XX-TEST',
  bases: [
    { basis: 'consent', channel: 'email', ...everywhere },
    { basis: 'consent', channel: 'sms', ...everywhere },
    { basis: 'legitimate-interest', channel: 'post', ...everywhere },
  ],
}
/** A purpose by consent, for marketing by mail and message, unless it is told otherwise. */
export const published = (id: string, over: JsonObject = {}): Told => ({
  controller: 'campo',
  type: 'PurposePublished',
  at: 0,
  data: { id, version: 1, legalBasis: 'consent', marketing: true, channels: ['email', 'sms'], audience: 'consumer', ...over },
})
const form: JsonObject = { id: 'form', validFrom: '2026-01-01', change: 'new-processing', language: 'fr', sha256: 'a'.repeat(64) }
/** A version of the notice `form`, which ends what was given on an older one. */
export const noticed = (version: number, validFrom: string): Told => ({
  controller: 'campo',
  type: 'NoticePublished',
  at: 0,
  data: { ...form, version, validFrom, purposes: ['news', 'ads', 'stats'] },
})

/** `news` and `ads` are for marketing, `stats` is not. A day begins at 10:00 UTC in Kiritimati, as the histories do. */
const basics: readonly Told[] = [
  { controller: 'campo', type: 'ControllerRegistered', at: 0, data: { id: 'campo', timeZone: 'Pacific/Kiritimati' } },
  { controller: 'campo', type: 'RegulatorProfileApplied', at: 0, data: { profile, sha256: 'a'.repeat(64) } },
  published('news'),
  published('ads'),
  published('stats', { marketing: false }),
  noticed(1, '2026-01-01'),
]

/** Long before anything else. */
const basic = (controller: string): Catalogue =>
  basics
    .map((told) => recorder()({ ...told, controller, recordedAt: start - 1_000_000_000 }))
    .reduce(evolveCatalogue, initialCatalogue(controller))

type Folded = { controller: string; subject: Subject }

export class World {
  /** Epoch ms: when subjects are judged. An hour after `start`, unless a test moves it. */
  clock = minutes(60)
  readonly #model: ReadModel
  readonly #record = recorder()
  readonly #folds = new Map<string, Folded>()
  readonly #catalogues = new Map<string, Catalogue>()

  constructor(model: ReadModel) {
    this.#model = model
  }

  catalogue(controller = 'campo'): Catalogue {
    const known = this.#catalogues.get(controller) ?? basic(controller)
    this.#catalogues.set(controller, known)
    return known
  }

  subject(subjectId: string): Subject {
    return this.#folds.get(subjectId)?.subject ?? initialSubject()
  }

  /** Events that are recorded now, not applied yet. */
  record(told: readonly Told[]): RecordedEvent[] {
    return told.map(this.#record)
  }

  /** Judges a subject as a projector does: never before its own last event. `at`: the clock, if it is not said. */
  judged(
    subjectId: string,
    { at = this.clock, causeAt, announce = false }: { at?: number; causeAt?: number; announce?: boolean } = {},
  ): JudgedSubject {
    const { controller, subject } = this.#folds.get(subjectId) ?? { controller: 'campo', subject: initialSubject() }
    return judgedSubject(subject, this.catalogue(controller), subjectId, at, { causeAt, announce })
  }

  /** What a group of events comes to. Folds each event once, also if a group is tried again. */
  group(events: readonly RecordedEvent[]): Group {
    const touched = new Set<string>()
    const announced = new Set<string>()
    for (const event of events) {
      const subjectId = this.#fold(event)
      if (subjectId === null) continue
      touched.add(subjectId)
      if (isLink(event.type)) announced.add(subjectId)
    }
    const changes = events.filter(({ type, stream }) => controllerOf(stream) !== null && changesVerdicts(type))
    return {
      events,
      subjects: [...touched].map((subjectId) => this.judged(subjectId, { announce: announced.has(subjectId) })),
      rejudge: changes.map(({ stream, metadata }) => ({
        controller: controllerOf(stream) ?? '',
        causeAt: Date.parse(metadata.recordedAt),
      })),
    }
  }

  /** Applies events in groups of `size`, as a follower would. */
  async apply(events: readonly RecordedEvent[], size = 7, model = this.#model): Promise<void> {
    for (let from = 0; from < events.length; from += size) {
      const slice = events.slice(from, from + size)
      await model.apply(this.group(slice), slice.at(-1)?.position ?? -1n)
    }
  }

  /** What is told is recorded and applied. */
  async tell(told: readonly Told[], size = 7): Promise<RecordedEvent[]> {
    const events = this.record(told)
    await this.apply(events, size)
    return events
  }

  /** Time passes until `to`: whatever comes due is judged at its time. Answers how many subjects were. */
  async pass(to: number): Promise<number> {
    this.clock = to
    let judged = 0
    for (;;) {
      const due = await this.#model.due(to, 10)
      if (due.length === 0) return judged
      for (const { subjectId, dueAt } of due) await this.#model.applyJudged([this.judged(subjectId, { at: dueAt })])
      judged += due.length
    }
  }

  /** Judges all subjects again for the fan-outs under way, in pages of `size`; at most `pages` of them. */
  async fanOut(size = 2, pages = Number.POSITIVE_INFINITY): Promise<void> {
    for (let page = 0; page < pages; page++) {
      const [running] = await this.#model.fanOuts()
      if (!running) return
      const ids = await this.#model.subjectsAfter(running.controller, running.cursor, size)
      const judged = ids.map((subjectId) => this.judged(subjectId, { causeAt: running.causeAt }))
      await this.#model.applyFanOut(running, judged, ids.length < size ? null : (ids.at(-1) ?? null))
    }
  }

  #fold(event: RecordedEvent): string | null {
    const controller = controllerOf(event.stream)
    if (controller !== null) {
      const catalogue = this.catalogue(controller)
      if (!catalogue.history.some(({ id }) => id === event.id)) evolveCatalogue(catalogue, event)
      return null
    }
    const id = subjectIdOf(event.stream)
    if (id === null) return null
    const folded = this.#folds.get(id) ?? { controller: (event.data as { controller: string }).controller, subject: initialSubject() }
    this.#folds.set(id, folded)
    if (event.revision > folded.subject.lastRevision) evolveSubject(folded.subject, event)
    return id
  }
}
