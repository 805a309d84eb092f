// An instant in words, on the controller's clock: the same words in any version of any runtime, since a report is compared byte for byte years later.
import type { ReportLanguage } from './sentences.ts'

const months: Record<ReportLanguage, readonly string[]> = {
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
}
const joins: Record<ReportLanguage, string> = { fr: 'à', en: 'at' }

const two = (n: number): string => String(n).padStart(2, '0')

/** `UTC`, `UTC+1`, `UTC−3:30`. */
const offset = (minutes: number): string => {
  if (minutes === 0) return 'UTC'
  const size = Math.abs(minutes)
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${size % 60 === 0 ? '' : `:${two(size % 60)}`}`
}

/** Tells instants (RFC 3339) as in `20 November 2026 at 10:00:00 UTC+1`. `timeZone`: IANA name. Only the zone's rules are the runtime's; the words are here. */
export const clockIn = (timeZone: string, language: ReportLanguage): ((instant: string) => string) => {
  const numeric = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const at = Date.parse(instant)
    const parts = new Map(numeric.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    const [year, month, day] = [part('year'), part('month'), part('day')]
    const [hour, minute, second] = [part('hour'), part('minute'), part('second')]
    const ahead = Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - at) / 60_000)
    const date = `${day} ${months[language][month - 1] ?? ''} ${year}`
    return `${date} ${joins[language]} ${two(hour)}:${two(minute)}:${two(second)} ${offset(ahead)}`
  }
}
