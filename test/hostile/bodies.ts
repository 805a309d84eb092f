// Bodies as an attacker or a broken program writes them: valid ones, changed in the text, so that nothing of JSON is out of reach.
import type { Choices } from './choices.ts'

const texts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00\ud800',
  '\u202eexample\u202c',
  'e\u0301',
  '\u212b',
  '\u{1f3d5}',
  '\ufeff',
  '\u2028',
  'a'.repeat(501),
  'a'.repeat(30_000),
  "' OR 1=1 --",
  '${7*7}{{7*7}}',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '%00%s%n',
  '\r\nX-Injected: 1',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'then',
  'NaN',
  'undefined',
  '1e999',
  '-1',
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:60+99:99',
  '+275760-09-13T00:00:00.001Z',
  'a@b',
  '@',
  '"a b"@example.org',
  `${'a'.repeat(200)}@${'b'.repeat(60)}.example.org`,
  'm\u00fcller@xn--mller-kva.example.org',
  'a@xn--.example',
  '+33',
  '+999999999999999999',
  '\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668',
  '4111 1111 1111 1111',
  'FR76 3000 6000 0112 3456 7890 189',
  '1-'.repeat(900),
  '4111 '.repeat(300),
  'GB'.repeat(400),
  'all',
  'given',
  'web-form',
  'fr',
  'fr-FR-x-private',
  'commercial-mail',
]
const scalars = [
  '0',
  '-0',
  '-1',
  '1.5',
  '1e999',
  '-1e999',
  '1e-400',
  '9007199254740993',
  '99999999999999999999999999',
  '9'.repeat(4000),
  'true',
  'false',
  'null',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"":""}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udbff\\udbff"',
  '"\\u005f\\u005fproto__"',
  '{"toJSON":1}',
  '{"then":1}',
  '{"length":4294967295}',
  '[1,2,3]',
]
const broken = [
  'NaN',
  'Infinity',
  'undefined',
  "'a'",
  '"\\x"',
  '01',
  '+1',
  '.5',
  '{',
  ']',
  '"',
  ',',
  '//',
  '"\t"',
  '"\\u12"',
  '\u00a0',
  '}{',
  '1 2',
]
const fields = [
  '"__proto__":{"x":1}',
  '"constructor":{"prototype":{"x":1}}',
  '"choises":[]',
  '"":0',
  '"\\ud800":1',
  '"a b@example.org":1',
  '"toString":1',
  '"items":[]',
]
const depths = [8, 31, 32, 33, 500, 9000]

const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:]/g

type Token = { text: string; at: number }
const tokensOf = (json: string): Token[] => [...json.matchAll(token)].map((found) => ({ text: found[0], at: found.index }))

/** Where the branch that opens at token `from` ends (exclusive), as a place in the text; a scalar ends with itself. */
const endOf = (tokens: readonly Token[], from: number): number => {
  let depth = 0
  for (const { text, at } of tokens.slice(from)) {
    if (text === '{' || text === '[') depth++
    if (text === '}' || text === ']') depth--
    if (depth <= 0) return at + text.length
  }
  return Number.MAX_SAFE_INTEGER
}

const nested = (choices: Choices): string => {
  const depth = choices.pick(depths)
  return choices.chance(50) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
}

/** A value, or what passes for one. */
const hostile = (choices: Choices): string => {
  const kind = choices.below(100)
  if (kind < 50) return JSON.stringify(choices.pick(texts))
  if (kind < 90) return choices.pick(scalars)
  return kind < 94 ? nested(choices) : choices.pick(broken)
}

const mutateOnce = (json: string, choices: Choices): string => {
  const tokens = tokensOf(json)
  const values = tokens.map((_, n) => n).filter((n) => !/^[\]},:]$/.test(tokens[n]?.text ?? ''))
  if (values.length === 0) return hostile(choices)
  const place = choices.pick(values)
  const from = tokens[place]?.at ?? 0
  const to = endOf(tokens, place)
  const branch = json.slice(from, to)
  const kind = choices.below(100)
  // A name stays a text, most of the time: else half of all bodies would end at the first reader.
  if (json[to] === ':' && kind < 95) return json.slice(0, from) + JSON.stringify(choices.pick(texts)) + json.slice(to)
  if (kind < 65) return json.slice(0, from) + hostile(choices) + json.slice(to)
  if (kind < 80) {
    const opened = json.indexOf('{', from)
    return opened === -1 ? json : `${json.slice(0, opened + 1)}${choices.pick(fields)},${json.slice(opened + 1)}`
  }
  if (kind < 88)
    return (
      json.slice(0, from) +
      Array(choices.pick([2, 11, 201]))
        .fill(branch)
        .join(',') +
      json.slice(to)
    )
  if (kind < 94) return json.slice(0, from) + json.slice(to)
  return json.slice(0, choices.below(json.length + 1))
}

/** Changes a valid body in one to three places; a few get bytes that are no UTF-8. */
export const mutate = (body: unknown, choices: Choices): Buffer => {
  let json = JSON.stringify(body)
  for (let times = 1 + choices.below(3); times > 0; times--) json = mutateOnce(json, choices)
  const bytes = Buffer.from(json)
  if (bytes.length > 0 && choices.chance(4)) bytes[choices.below(bytes.length)] = 0x80 + choices.below(128)
  return bytes
}

/** JSON that has nothing to do with any schema. */
export const foreign = (choices: Choices): Buffer => {
  const kind = choices.below(10)
  if (kind < 3) return choices.bytes(choices.below(200))
  return Buffer.from(kind < 5 ? nested(choices) : hostile(choices))
}

/** A valid list made as long as it may be, or longer. */
export const giant = (choices: Choices): Buffer => {
  const item = choices.pick(['null', '{}', '[]', '0', '""', '{"act":"withdrawal"}', '{"idempotencyKey":"k","subject":{"identifiers":[]}}'])
  const count = choices.chance(4) ? Math.floor(4_000_000 / (item.length + 1)) : choices.pick([1000, 1001, 20_000])
  return Buffer.from(`{"items":[${Array(count).fill(item).join(',')}]}`)
}
