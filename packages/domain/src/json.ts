// What may stand in an event, and its one text: values that RFC 8785 gives back byte for byte after any store has parsed them.
import { LedgerError } from './errors.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined }
export type JsonObject = { [key: string]: Json | undefined }

const noForm = (what: string): LedgerError => new LedgerError('INVALID_REQUEST', `${what} has no form in canonical JSON`)

/** Printable ASCII without quotation mark and backslash: what JSON writes as it stands. Nearly every text of an event. */
const asItStands = /^[ !#-[\]-~]*$/

/** RFC 8785 §3.2.2: strings and numbers as ECMAScript writes them. §3.1 asks for I-JSON (RFC 7493): no lone surrogates, no NaN, no infinity. */
const scalar = (value: string | number | boolean | null): string => {
  if (typeof value === 'string' && asItStands.test(value)) return `"${value}"`
  if (typeof value === 'string' && !value.isWellFormed()) throw noForm('A text that is not well-formed Unicode')
  if (typeof value === 'number' && !Number.isFinite(value)) throw noForm('A number that is not finite')
  return JSON.stringify(value)
}

/** RFC 8785 §3.2.3: members in the order of their names' UTF-16 code units, which is how `sort` compares. */
const object = (value: JsonObject): string => {
  let text = ''
  for (const name of Object.keys(value).sort()) {
    const member = value[name]
    if (member !== undefined) text += `${text === '' ? '' : ','}${scalar(name)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

/** RFC 8785 text of `value`; members that are undefined are left out. Errors: INVALID_REQUEST where there is no such text. */
export const canonicalJson = (value: Json): string => {
  if (value === null || typeof value !== 'object') return scalar(value)
  return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : object(value)
}
