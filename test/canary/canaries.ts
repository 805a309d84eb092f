// Words that stand for a person's data, one for each place where they go in, and every form in which they might come out again.
import { createHash } from 'node:crypto'

/** What a person or their browser gave; `asStored`: the form that the vault looks it up by, if it is an identifier. */
export type Canary = { name: string; value: string; asStored?: string }

const mark = 'zq7k'

export const canaries = {
  email: { name: 'e-mail', value: `Colette.${mark}Mail@EXAMPLE.org`, asStored: `colette.${mark}mail@example.org` },
  otherEmail: { name: 'e-mail of the refused', value: `refused.${mark}@example.org`, asStored: `refused.${mark}@example.org` },
  phone: { name: 'telephone', value: '06 39 98 71 23', asStored: '+33639987123' },
  customer: { name: 'customer number', value: `CUST-${mark}-90417` },
  cookie: { name: 'cookie', value: `${mark}-cookie-5d1f8a` },
  device: { name: 'device', value: `${mark}-device-77ab` },
  badge: { name: 'scheme of the catalogue', value: `${mark}-badge-31` },
  ip: { name: 'IP address in the evidence', value: '203.0.113.217' },
  ipv6: { name: 'IPv6 address in the evidence', value: '2001:db8:7a7a::217' },
  seenIp: { name: 'IP address that the ledger saw', value: '198.51.100.143' },
  userAgent: { name: 'user agent in the evidence', value: `${mark}Browser/9.1 (evidence)` },
  seenUserAgent: { name: 'user agent that the ledger saw', value: `${mark}Client/3.3 (header)` },
  pageUrl: { name: 'page', value: `https://europe.huttopia.com/${mark}-page?from=colette` },
  referrer: { name: 'referrer', value: `https://search.example.org/?q=${mark}+referrer` },
  sessionId: { name: 'session', value: `${mark}-session-c0ffee` },
  note: { name: 'note', value: `said on the ${mark} telephone: yes, "gladly" \u00e9t\u00e9` },
  signal: { name: 'signal', value: `${mark}TcStringCPzHq` },
  saleReference: { name: 'reference of a sale', value: `${mark}-order-R-2026-1042` },
  collector: { name: 'collector', value: `Call centre ${mark} Lyon` },
  operatorName: { name: 'name of an operator', value: `Jeanne ${mark} Moreau` },
  reason: { name: 'reason of a proof', value: `Dispute ${mark}-2026-11` },
  idempotencyKey: { name: 'idempotency key', value: `${mark}-order-4711` },
  itemKey: { name: 'idempotency key of an item', value: `${mark}-item-4712` },
  unknownField: { name: 'name of an unknown field', value: `${mark} colette@example.org` },
  unknownValue: { name: 'value of an unknown field', value: `${mark}UnknownValue` },
  badType: { name: 'value of a wrong type', value: `${mark}BadType` },
  badTime: { name: 'time that is none', value: `${mark}-2026-13-45` },
  badIdentifier: { name: 'identifier that is none', value: `${mark}.no.mail.address` },
  badScheme: { name: 'scheme that is none', value: `${mark} Scheme` },
  unknownPurpose: { name: 'purpose that is none', value: `${mark}-purpose` },
  card: { name: 'card number', value: '4929 0072 1138 4453' },
  iban: { name: 'IBAN', value: 'FR76 3000 6000 0112 3456 7890 189' },
  path: { name: 'path', value: `${mark}PathSegment` },
  query: { name: 'query', value: `${mark}QueryValue` },
  // A plain word is named as the unknown field that it is; anything else might be a value.
  queryName: { name: 'name in a query', value: `${mark}.query.name` },
  header: { name: 'header', value: `${mark}HeaderValue` },
  origin: { name: 'origin', value: `https://${mark}-origin.example.org` },
  wrongKey: { name: 'wrong key', value: `sk_${mark}WrongKeyWrongKeyWrongKeyWrongKeyWrong` },
  brokenJson: { name: 'broken JSON', value: `${mark}BrokenJson` },
  catalogueText: { name: 'text of a refused catalogue', value: `${mark}RefusedCatalogue` },
  hostHeader: { name: 'host', value: `${mark}-host.example.org` },
} satisfies Record<string, Canary>

export type CanaryName = keyof typeof canaries
export const valueOf = (name: CanaryName): string => canaries[name].value

/** Base64 of something longer that holds the bytes at any place: what is the same whatever stands before and after. */
const base64Cores = (bytes: Buffer): string[] =>
  [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const whole = Math.floor(((offset + bytes.length) * 8) / 6)
    return text.slice(Math.ceil((offset * 8) / 6), whole)
  })

const cases = (text: string): string[] => [text, text.toLowerCase(), text.toUpperCase()]

/** Texts by which a value would be recognised: as it is, escaped, encoded. */
const written = (value: string): string[] => {
  const bytes = Buffer.from(value)
  const base64 = base64Cores(bytes)
  return [
    ...cases(value),
    ...cases(value.replaceAll(/[ +.-]/g, '')),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    encodeURI(value),
    ...cases(bytes.toString('hex')),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    Buffer.from(value, 'utf16le').toString('hex'),
  ]
}

const plainHashes = (value: string): Buffer[] => ['sha256', 'sha1', 'md5', 'sha512'].map((name) => createHash(name).update(value).digest())

/** Byte strings by which a value would be recognised, its plain hashes among them: whoever has the value could look for those. */
export const formsOf = ({ value, asStored }: Canary): Buffer[] => {
  const values = [value, ...(asStored === undefined ? [] : [asStored, asStored.replace('+', '')])]
  const texts = values.flatMap(written)
  const hashes = [...values, value.toLowerCase()].flatMap(plainHashes)
  const all = [
    ...texts.map((text) => Buffer.from(text)),
    ...values.map((one) => Buffer.from(one, 'utf16le')),
    ...hashes,
    ...hashes
      .flatMap((hash) => [hash.toString('hex'), hash.toString('base64').slice(0, -2), hash.toString('base64url')])
      .map((text) => Buffer.from(text)),
  ]
  return [...new Map(all.map((form) => [form.toString('latin1'), form])).values()].filter((form) => form.length >= 6)
}

/** Names of those that stand in `bytes` in some form. */
export const found = (sought: readonly Canary[], bytes: Buffer): string[] =>
  sought.filter((canary) => formsCached(canary).some((form) => bytes.includes(form))).map(({ name }) => name)

const cache = new Map<Canary, Buffer[]>()
const formsCached = (canary: Canary): Buffer[] => {
  const known = cache.get(canary) ?? formsOf(canary)
  cache.set(canary, known)
  return known
}
