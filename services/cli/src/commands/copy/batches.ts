// Which events of a stream are appended together: whole acts, as many as one append may carry.
import type { NewEvent, RecordedEvent } from '@consent-ledger/domain'

/** EventStoreDB takes 1 MiB in one append, and 1,000 events with ease; what is counted here leaves room for what it adds to each event. */
const mostBytes = 960 * 1024
const mostEvents = 500

/** Of one act: appended together once, and so again. */
const sameAct = (one: RecordedEvent, next: RecordedEvent): boolean =>
  next.stream === one.stream && next.metadata.actId === one.metadata.actId && next.revision === one.revision + 1n

/** How many events at the end of `events` may have more of their act still to come. */
export const lastAct = (events: readonly RecordedEvent[]): number => {
  let first = events.length - 1
  for (; first > 0; first--) {
    const [before, event] = [events[first - 1], events[first]]
    if (before === undefined || event === undefined || !sameAct(before, event)) break
  }
  return events.length - Math.max(first, 0)
}

const actsOf = (events: readonly RecordedEvent[]): RecordedEvent[][] => {
  const acts: RecordedEvent[][] = []
  for (const event of events) {
    const before = acts.at(-1)?.at(-1)
    if (before !== undefined && sameAct(before, event)) acts.at(-1)?.push(event)
    else acts.push([event])
  }
  return acts
}

/** Bytes of what is appended. */
const weightOf = ({ id, type, data, metadata }: NewEvent): number =>
  id.length + type.length + Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata))

/** Whether one append may carry all of `events`. */
export const fitsOneAppend = (events: readonly NewEvent[]): boolean => events.reduce((sum, event) => sum + weightOf(event), 0) <= mostBytes

/**
 * Cuts events of one stream, in order, into appends. An act is never cut, unless it alone is more than one append may carry (a catalogue of many long texts,
 * where the other store had no such limit): nobody reads it before all of it is there, because the copy opens only when it is whole.
 */
export const appendsOf = (events: readonly RecordedEvent[]): RecordedEvent[][] => {
  const appends: RecordedEvent[][] = []
  let [weight, current]: [number, RecordedEvent[]] = [0, []]
  const add = (part: RecordedEvent[], weighs: number): void => {
    if (current.length > 0 && (weight + weighs > mostBytes || current.length + part.length > mostEvents)) [weight, current] = [0, []]
    if (current.length === 0) appends.push(current)
    current.push(...part)
    weight += weighs
  }
  for (const act of actsOf(events)) {
    const weights = act.map(weightOf)
    const total = weights.reduce((sum, one) => sum + one, 0)
    if (total <= mostBytes && act.length <= mostEvents) add(act, total)
    else for (const [n, event] of act.entries()) add([event], weights[n] ?? 0)
  }
  return appends
}
