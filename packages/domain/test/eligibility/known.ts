// What the reference knows of a person and of a catalogue: the events that had been recorded, as they are, read again for every question.
import type { Channel, ControllerFact, Cut, RecordedEvent, SubjectFact } from '../../src/index.ts'

export type Fact<T> = T & { id: string; recordedAt: number; trust: string }

export const time = (text: string): number => Date.parse(text)

/** A person and a catalogue as they were known at a time. `at`: the time asked about, epoch ms. */
export class Known {
  readonly events: Fact<SubjectFact>[]
  readonly rules: Fact<ControllerFact>[]
  readonly at: number

  constructor(subject: readonly RecordedEvent[], controller: readonly RecordedEvent[], { at, knownAt }: Cut) {
    const known = <T>(events: readonly RecordedEvent[]): Fact<T>[] =>
      events
        .filter(({ metadata }) => time(metadata.recordedAt) <= knownAt)
        .map((event) => ({
          ...(event as unknown as T),
          id: event.id,
          recordedAt: time(event.metadata.recordedAt),
          trust: event.metadata.writer.trust,
        }))
    this.events = known<SubjectFact>(subject)
    this.rules = known<ControllerFact>(controller)
    this.at = at
  }

  of<T extends SubjectFact['type']>(type: T): Fact<Extract<SubjectFact, { type: T }>>[] {
    return this.events.filter((event): event is Fact<Extract<SubjectFact, { type: T }>> => event.type === type)
  }
  rulesOf<T extends ControllerFact['type']>(type: T): Fact<Extract<ControllerFact, { type: T }>>[] {
    return this.rules.filter((event): event is Fact<Extract<ControllerFact, { type: T }>> => event.type === type)
  }
  /** Done by the time asked about. */
  done<T extends { data: { orderAt: string } }>(facts: readonly T[]): T[] {
    return facts.filter(({ data }) => time(data.orderAt) <= this.at)
  }
  get zone(): string {
    return this.rulesOf('ControllerRegistered').at(-1)?.data.timeZone ?? 'Europe/Paris'
  }
  versions(purpose: string) {
    return this.rulesOf('PurposePublished').filter(({ data }) => data.id === purpose)
  }
  channels(purpose: string): Channel[] {
    return this.versions(purpose).flatMap(({ data }) => data.channels)
  }
  /** What it continues, in any of its versions. */
  replaces(purpose: string): string[] {
    return this.versions(purpose).flatMap(({ data }) => data.replaces ?? [])
  }
}
