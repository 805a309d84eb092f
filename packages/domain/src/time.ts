// Times and durations: RFC 3339 in and out, epoch milliseconds inside, ISO 8601 durations on the controller's calendar.
import { DateTime, Duration } from 'luxon'

/** Epoch ms as `YYYY-MM-DDTHH:MM:SS.mmmZ`, the only form in which a time leaves the ledger or enters an event. */
export const iso = (ms: number): string => new Date(ms).toISOString()

/** Epoch ms of an RFC 3339 time that a schema has already accepted. */
export const ms = (time: string): number => Date.parse(time)

// A calendar costs 100 µs a question and each judgement asks some fifty; the questions of one quarter of an hour are nearly all the same. A key is never put together from
// parts: making the text would cost more than finding it.
const remembered = <Key, T>(answer: (key: Key) => T, most = 2000): ((key: Key) => T) => {
  const known = new Map<Key, T>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= most) known.clear()
    const made = answer(key)
    known.set(key, made)
    return made
  }
}

// Every offset of every time zone changes at a whole quarter of an hour (UTC), so within one quarter calendar and clock move together.
const quarter = 15 * 60_000

const quarterPlus = remembered((zone: string) =>
  remembered((text: string) => {
    const duration = Duration.fromISO(text)
    return remembered((start: number) => DateTime.fromMillis(start, { zone }).plus(duration).toMillis())
  }),
)

/** `from` (epoch ms) plus an ISO 8601 duration, counted on the calendar of `zone`: P6M after 31 August is 28 or 29 February. */
export const addDuration = (from: number, duration: string, zone: string): number => {
  const start = Math.floor(from / quarter) * quarter
  return quarterPlus(zone)(duration)(start) + (from - start)
}

const startIn = remembered((zone: string) => remembered((date: string) => DateTime.fromISO(date, { zone }).startOf('day').toMillis()))

/** Start of a calendar day (`YYYY-MM-DD`) in `zone`, epoch ms. */
export const startOfDay = (date: string, zone: string): number => startIn(zone)(date)

const daysIn = remembered((zone: string) => remembered((at: number) => DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd')))

/** The calendar day (`YYYY-MM-DD`) of an instant in `zone`. */
export const dayIn = (at: number, zone: string): string => daysIn(zone)(Math.floor(at / quarter) * quarter)

/** Whether `text` is an ISO 8601 duration of a positive length, as in P13M or PT24H. */
export const isDuration = (text: string): boolean => {
  const duration = Duration.fromISO(text)
  return duration.isValid && duration.toMillis() > 0
}

/** Whether the runtime knows `zone` (IANA name). */
export const isZone = (zone: string): boolean => DateTime.utc().setZone(zone).isValid

/** Length of an ISO 8601 duration in ms, for clocks that are no calendar matter (PT5M, PT72H). */
export const durationMs = remembered((duration: string) => Duration.fromISO(duration).toMillis())
