// Texts and JSON out of a dossier, read strictly: one spelling for each value, so that two readers cannot read two things.
import { canonicalJson, type Json } from '@consent-ledger/domain'
import type { z } from 'zod'
import { VerifyError } from './finding.ts'

const malformed = (where: string, message: string, cause?: unknown): VerifyError =>
  new VerifyError('FILE_MALFORMED', where, message, { cause })

/** UTF-8 without a byte order mark; nothing is replaced. Errors: FILE_MALFORMED. */
export const readText = (bytes: Uint8Array, where: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed(where, 'This file is not text in UTF-8.', cause)
  }
}

/** The value of a text that is its own RFC 8785 form: no blanks, no second member of one name, no other spelling of a number. Errors: FILE_MALFORMED. */
export const readCanonical = (bytes: Uint8Array, where: string): Json => {
  const text = readText(bytes, where)
  let again: string
  let value: Json
  try {
    value = JSON.parse(text) as Json
    // Also where something is nested so deep that the stack ends.
    again = canonicalJson(value)
  } catch (cause) {
    throw malformed(where, 'This file is not JSON.', cause)
  }
  if (again !== text) throw malformed(where, 'This file is JSON in another form than RFC 8785: it can be read in two ways.')
  return value
}

/** `value` as `schema` has it. Errors: FILE_MALFORMED, which names the first place that differs and never what stands there. */
export const readShape = <T>(schema: z.ZodType<T>, value: Json, where: string): T => {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const pointer = (read.error.issues[0]?.path ?? []).map((name) => `/${String(name)}`).join('')
  throw malformed(where, `This file does not have its form at ${pointer === '' ? 'its top' : pointer}.`, read.error)
}
