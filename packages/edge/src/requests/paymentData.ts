// Card numbers and IBANs do not belong in a ledger of consents: where they stand in free text, the field is named and never kept.
import { getCountrySpecifications, isValidIBAN } from 'ibantools'

/** Issuer prefixes: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro. */
const issuer = /^(4|5[0-8]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(0[0-5]|[689])|35(2[89]|[3-8])|6)/

const luhn = (digits: string): boolean => {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place])
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** What may stand between two groups: any white space (also narrow, a tab, a line break), any dash, nothing visible. */
const gap = String.raw`[\s\p{Pd}\p{Cf}]`
const shortGap = new RegExp(`^${gap}{1,3}$`, 'u')
const isGap = new RegExp(`^${gap}$`, 'u')

const isCard = (digits: string): boolean => digits.length >= 13 && digits.length <= 19 && issuer.test(digits) && luhn(digits)

/** 13–19 digits, written in one or in groups: any run of neighbouring groups may be the number, for another number may stand before it. */
const holdsCard = (text: string): boolean => {
  const groups = [...text.matchAll(/(?<![A-Za-z0-9])[0-9]{1,19}(?![A-Za-z0-9])/g)].map((found) => ({ digits: found[0], at: found.index }))
  return groups.some((first, place) => {
    let digits = ''
    let end = first.at
    for (const group of groups.slice(place, place + 19)) {
      if (digits !== '' && !shortGap.test(text.slice(end, group.at))) return false
      digits += group.digits
      end = group.at + group.digits.length
      if (digits.length > 19) return false
      if (isCard(digits)) return true
    }
    return false
  })
}

/** As many letters and digits from `start` on as that country's IBAN has, single separators skipped; null if it ends before, or goes on after. */
const ibanFrom = (text: string, start: number, length: number): string | null => {
  let iban = ''
  for (let at = start; at < text.length; at++) {
    const sign = text[at] ?? ''
    if (/[A-Za-z0-9]/.test(sign)) iban += sign
    else if (!isGap.test(sign)) return null
    if (iban.length === length) return /[A-Za-z0-9]/.test(text[at + 1] ?? '') ? null : iban.toUpperCase()
  }
  return null
}

const countries = getCountrySpecifications()

const ibanHead = new RegExp(`(?<![A-Za-z0-9])[A-Za-z]{2}(?=${gap}?[0-9]${gap}?[0-9])`, 'gu')

const holdsIban = (text: string): boolean =>
  [...text.matchAll(ibanHead)].some((found) => {
    const length = countries[found[0].toUpperCase()]?.chars
    const iban = length ? ibanFrom(text, found.index, length) : null
    return iban !== null && isValidIBAN(iban)
  })

/** Whether free text holds a card number (known issuer, Luhn) or an IBAN, neither being part of a longer run of letters and digits. Read in NFKC: digits of another width are the same digits. */
export const holdsPaymentData = (text: string): boolean => {
  const plain = text.normalize('NFKC')
  return holdsCard(plain) || holdsIban(plain)
}

/** Rule of a schema for staff's free text, with its sentence: `text.refine(...noPaymentData)`. */
export const noPaymentData: [check: (text: string) => boolean, sentence: string] = [
  (text) => !holdsPaymentData(text),
  'must not hold a card number or an IBAN: they are not kept here',
]
