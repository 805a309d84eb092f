// Reading a JSON body that others shape: bounded in depth, valid Unicode throughout, no key that reaches a prototype.
import { refuse, type LedgerError } from '@consent-ledger/domain'

/** Deepest nesting of arrays and objects. The contract's deepest shape is 7. */
export const deepest = 32

const unreadable = (rule: string, message: string): LedgerError => refuse('UNREADABLE_BODY', '', rule, message)

const quote = 0x22
const backslash = 0x5c
const opens = (byte: number): boolean => byte === 0x5b || byte === 0x7b
const closes = (byte: number): boolean => byte === 0x5d || byte === 0x7d

/** Refuses what nests too deep before anything is built of it, and tells whether a string has an escape. */
const scan = (bytes: Uint8Array): { escaped: boolean } => {
  let depth = 0
  let inString = false
  let escaped = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (inString) {
      if (byte === backslash) {
        escaped = true
        i++
      } else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (opens(byte) && ++depth > deepest) throw unreadable('depth', `The body nests deeper than ${deepest} levels.`)
    else if (closes(byte)) depth--
  }
  return { escaped }
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const decode = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch {
    throw unreadable('utf-8', 'The body is not valid UTF-8.')
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable('json', 'The body is not valid JSON.')
  }
}

const checkText = (text: string): void => {
  // RFC 8785 has no form for half a surrogate pair, so it could never become a leaf.
  if (!text.isWellFormed()) throw unreadable('unicode', 'The body has half of a surrogate pair.')
}

const checkDeep = (value: unknown): void => {
  if (typeof value === 'string') return checkText(value)
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    checkText(key)
    const reaches =
      key === '__proto__' || (key === 'constructor' && typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype'))
    if (reaches) throw unreadable('key', 'The body has a key that is not allowed.')
    checkDeep(inner)
  }
}

const suspicious = /"(?:__proto__|constructor)"/

/**
 * The value of a JSON body; `undefined` for an empty one. Errors: UNREADABLE_BODY, with the rule `utf-8`, `json`, `depth`, `unicode` or `key`.
 * NUL and other control characters are fine where they are escaped. Of a key that stands twice the last counts, as in every JSON.parse.
 */
export const readBody = (bytes: Uint8Array): unknown => {
  if (bytes.length === 0) return undefined
  const { escaped } = scan(bytes)
  const text = decode(bytes)
  const value = parse(text)
  // Without an escape a valid UTF-8 text has neither half a pair nor a hidden key.
  if (escaped || suspicious.test(text)) checkDeep(value)
  return value
}
