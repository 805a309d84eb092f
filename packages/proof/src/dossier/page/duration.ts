// ISO 8601 durations as people say them: a judge reads "3 years", not P3Y.
import type { ReportLanguage } from '../../plain/sentences.ts'

type Unit = 'Y' | 'M' | 'W' | 'D' | 'h' | 'm' | 's'

/** One and several. */
const units: Record<ReportLanguage, Record<Unit, readonly [string, string]>> = {
  en: {
    Y: ['year', 'years'],
    M: ['month', 'months'],
    W: ['week', 'weeks'],
    D: ['day', 'days'],
    h: ['hour', 'hours'],
    m: ['minute', 'minutes'],
    s: ['second', 'seconds'],
  },
  fr: {
    Y: ['an', 'ans'],
    M: ['mois', 'mois'],
    W: ['semaine', 'semaines'],
    D: ['jour', 'jours'],
    h: ['heure', 'heures'],
    m: ['minute', 'minutes'],
    s: ['seconde', 'secondes'],
  },
}
const order: readonly Unit[] = ['Y', 'M', 'W', 'D', 'h', 'm', 's']
const duration = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

/** The duration in words; as it is where it is of another form, so that nothing is ever said that was not published. */
export const durationIn = (language: ReportLanguage, text: string): string => {
  const [, ...counts] = duration.exec(text) ?? []
  const said = order.flatMap((unit, n) => {
    const count = counts[n]
    const [one, several] = units[language][unit]
    return count === undefined ? [] : [`${count} ${count === '1' ? one : several}`]
  })
  return said.length === 0 ? text : said.join(' ')
}
