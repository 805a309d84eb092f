// What may stand in an event: values that RFC 8785 gives back byte for byte after any store has parsed them.
import canonicalize from 'canonicalize'
import { LedgerError } from './errors.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined }
export type JsonObject = { [key: string]: Json | undefined }

/** RFC 8785 text of `value`; members that are undefined are left out. Errors: INVALID_REQUEST where there is no such text (a lone surrogate, NaN). */
export const canonicalJson = (value: Json): string => {
  try {
    const text = canonicalize(value)
    if (text !== undefined) return text
  } catch (cause) {
    throw new LedgerError('INVALID_REQUEST', 'A text is not well-formed Unicode', { cause })
  }
  throw new LedgerError('INVALID_REQUEST', 'A value has no form in JSON')
}
