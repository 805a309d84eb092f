// Which form of the proof the caller can read (RFC 9110 §12.5.1).
import { LedgerError } from '@consent-ledger/domain'

const isRefused = (parameters: string[]): boolean => parameters.some((parameter) => /^\s*q=0(\.0{0,3})?\s*$/.test(parameter))
const json: readonly string[] = ['application/json', 'application/*', '*/*']

/** Lets a caller pass who takes JSON, or says nothing of it. Errors: NOT_ACCEPTABLE; for a dossier it says that this version has none. */
export const demandJson = (accept: string | undefined): void => {
  if (accept === undefined || accept.trim() === '') return
  const taken = accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';')
    return isRefused(parameters) ? [] : [type.trim().toLowerCase()]
  })
  if (taken.some((type) => json.includes(type))) return
  throw new LedgerError(
    'NOT_ACCEPTABLE',
    taken.includes('application/zip')
      ? 'The dossier (application/zip) is not in this version: ask for application/json.'
      : 'A proof is application/json.',
  )
}
