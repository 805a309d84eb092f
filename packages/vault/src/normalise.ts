// One spelling for each identifier, so that the same person typed differently has one fingerprint (DESIGN §1, API.md Sites).
import { domainToASCII } from 'node:url'
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'
import { refuse, type IdentifierKind } from '@consent-ledger/domain'
import type { Identifier } from './port.ts'

/** `emailLocalPart`, `country` (ISO 3166-1 alpha-2, for a phone without `+`): as the controller says. `pointer`: where the value stands in what was posted. */
export type NormaliseOptions = { kind: IdentifierKind; emailLocalPart: 'fold' | 'exact'; country: string; pointer?: string }

const longest = 512
const control = /\p{Cc}/u
/** RFC 5321 without quoted local parts; any script (RFC 6531), but nothing invisible. */
const localPart = /^[^\s\p{C}@"(),:;<>[\]\\]{1,64}$/u
/** domainToASCII reads a URL's host, so whatever would end or change that host is refused before. */
const domainInput = /^[^\s\p{C}/?#@:\\[\]%]{1,253}$/u
const domainOutput = /^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/

const messages = {
  text: `must have 1 to ${longest} characters, no control characters and be well-formed Unicode`,
  email: 'must be an e-mail address',
  phone: 'must be a telephone number with its country (+33…), without an extension',
} as const

/**
 * The identifier as it is compared, sealed and committed to; normalising it again changes nothing.
 * `email`: trimmed, NFC, IDNA domain in lower case, local part in lower case unless `exact`. `phone`: E.164. Others: trimmed, NFC.
 * Errors: IDENTIFIER_INVALID with pointer and rule (`text`, `email`, `phone`), never the value.
 */
export const normaliseIdentifier = (scheme: string, value: string, options: NormaliseOptions): Identifier => {
  const text = value.length <= 4 * longest && value.isWellFormed() ? value.trim().normalize('NFC') : ''
  const broken = text.length === 0 || text.length > longest || control.test(text)
  const normal = broken ? null : spelling(scheme, text, options)
  if (normal === null) {
    const rule = !broken && (scheme === 'email' || scheme === 'phone') ? scheme : 'text'
    throw refuse('IDENTIFIER_INVALID', options.pointer ?? '', rule, `An identifier ${messages[rule]}`)
  }
  return { scheme, kind: options.kind, value: normal }
}

const spelling = (scheme: string, text: string, options: NormaliseOptions): string | null => {
  if (scheme === 'email') return emailSpelling(text, options.emailLocalPart)
  if (scheme === 'phone') return phoneSpelling(text, options.country)
  return text
}

const emailSpelling = (text: string, rule: 'fold' | 'exact'): string | null => {
  const at = text.lastIndexOf('@')
  const local = rule === 'fold' ? text.slice(0, Math.max(at, 0)).toLowerCase().normalize('NFC') : text.slice(0, Math.max(at, 0))
  const given = text.slice(at + 1)
  const domain = domainInput.test(given) ? domainToASCII(given).toLowerCase() : ''
  return localPart.test(local) && domainOutput.test(domain) ? `${local}@${domain}` : null
}

/**
 * Possible by its length is enough: numbers in use are ahead of any table of ranges, and a no must not fail for it. Read until nothing changes:
 * a national prefix typed behind the country's code is taken off once a reading, and one number must not have two spellings.
 */
const phoneSpelling = (text: string, country: string): string | null => {
  const number = parsePhoneNumberFromString(text, { ...(isSupportedCountry(country) ? { defaultCountry: country } : {}), extract: false })
  if (number === undefined || !number.isPossible() || number.ext !== undefined) return null
  return number.number === text ? text : phoneSpelling(number.number, country)
}
