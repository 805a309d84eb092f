// Which form of an answer the caller wants, and whether packed (RFC 9110 §12.5.1, §12.5.3).
import { LedgerError } from '@consent-ledger/domain'

type Range = { type: string; quality: number }

const qualityOf = (parameters: readonly string[]): number => {
  const [, value = '1'] =
    parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(parameter)).find((found) => found !== null) ?? []
  return Number(value)
}

const rangesOf = (accept: string): Range[] =>
  accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';')
    return { type: type.trim().toLowerCase(), quality: qualityOf(parameters) }
  })

/** The most specific range that takes a type decides; no range: 0. */
const wanted = (ranges: readonly Range[], type: string): number => {
  const names = [type, `${type.split('/', 1).join('')}/*`, '*/*']
  return names.flatMap((name) => ranges.find((range) => range.type === name)?.quality ?? []).at(0) ?? 0
}

/** The form that the caller wants most; of several the first of `forms`, which a caller who says nothing gets too. Errors: NOT_ACCEPTABLE, with `otherwise`. */
export const chooseForm = <Form extends string>(accept: string | undefined, forms: readonly Form[], otherwise: string): Form => {
  const ranges = accept === undefined || accept.trim() === '' ? [{ type: '*/*', quality: 1 }] : rangesOf(accept)
  let best: { form: Form; quality: number } | null = null
  for (const form of forms) {
    const quality = wanted(ranges, form)
    if (quality > (best?.quality ?? 0)) best = { form, quality }
  }
  if (best === null) throw new LedgerError('NOT_ACCEPTABLE', otherwise)
  return best.form
}

/** Whether the caller takes gzip. `accept`: the header Accept-Encoding. */
export const takesGzip = (accept: string | string[] | undefined): boolean => {
  const ranges = rangesOf([accept ?? ''].flat().join(','))
  const named = ranges.find(({ type }) => type === 'gzip' || type === 'x-gzip') ?? ranges.find(({ type }) => type === '*')
  return named !== undefined && named.quality > 0
}
