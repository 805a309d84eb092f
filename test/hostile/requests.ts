// Hostile requests that are HTTP all the same: each has an end, so each must get an answer.
import { bodyLimits } from '@consent-ledger/edge'
import { foreign, giant, mutate } from './bodies.ts'
import { Choices } from './choices.ts'
import { pickRoute, type KeyName, type Known, type Route } from './routes.ts'

/** `alone`: it may end its connection, so nothing may wait behind it. `oversized`: larger than its route takes, so it may be cut off before it is all sent. */
export type HostileRequest = { method: string; path: string; bytes: Buffer; alone: boolean; oversized: boolean }

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH']
const keyNames: readonly KeyName[] = ['secret', 'publishable', 'revoked', 'legal', 'dpo', 'marketing', 'auditor', 'admin']
const origin = 'https://europe.huttopia.com'

const keyFor = (route: Route, known: Known, choices: Choices): string[] => {
  const kind = choices.below(100)
  const right = known.keys[route.key ?? 'secret']
  if (kind < 84) return route.key === null ? [] : [`Bearer ${right}`]
  if (kind < 93) return [`Bearer ${known.keys[choices.pick(keyNames)]}`]
  return choices.pick([
    [],
    ['Bearer'],
    ['Bearer '],
    [`bearer  ${right}`],
    [`Basic ${right}`],
    [`Bearer ${right}x`],
    [`Bearer sk_${choices.hex(43)}`],
    [`Bearer ok_${'a'.repeat(8000)}`],
    [`Bearer ${right}`, `Bearer ${right}`],
    ['Bearer \u00e9\u00ff'],
    [`Bearer ${right} ${right}`],
    ['__proto__'],
  ])
}

const queries = [
  '?dryRun=true',
  '?dryRun=maybe',
  '?dryRun=true&dryRun=false',
  '?a[]=1&a[b]=2',
  '?__proto__=1',
  '?%',
  '?%00',
  '?limit=-1',
  '?limit=1e3',
  '?after=%ff',
  '?=&&=',
  `?q=${'a'.repeat(7000)}`,
]

const target = (path: string, choices: Choices): string => {
  const kind = choices.below(100)
  if (kind < 86) return path
  if (kind < 92) return `${path.split('?')[0]}${choices.pick(queries)}`
  const [first = '', second = ''] = path.slice(1).split('/')
  return choices.pick([
    `/${first}/${second}/..%2f..%2fetc`,
    `/${first}//${second}`,
    `${path.split('?')[0]}/`,
    `/${first}/%ff%fe`,
    `/${first}/%zz`,
    `/${first}/${'a'.repeat(7000)}`,
    `/${first}/__proto__`,
    `/${first}/constructor/prototype`,
    `/${first}/\u00e9`,
    '*',
    '//',
    `http://example.org${path}`,
    '/v1/subjects/none/state',
    '/v1/nothing/here',
    `${path}#fragment`,
    path.toUpperCase(),
    path.replaceAll('/', '\\'),
  ])
}

const oddHeaders: readonly ((choices: Choices) => string[])[] = [
  (choices) => [
    `Origin: ${choices.pick(['null', 'https://evil.example', '', 'x'.repeat(3000), `${origin}.evil.example`, 'https://[::1'])}`,
  ],
  (choices) => [
    `Content-Type: ${choices.pick(['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', '', '/', 'a/b/c', 'application/x-www-form-urlencoded'])}`,
  ],
  (choices) => [`Accept: ${choices.pick(['application/zip', 'text/html', '*/*;q=0', ',,,', 'a'.repeat(3000), '\u00ff'])}`],
  () => ['Accept-Encoding: gzip;q=1.0, identity; q=0, *;q=0'],
  () => ['Content-Encoding: gzip'],
  (choices) => [`Idempotency-Key: ${choices.pick(['', ' ', 'a b', '\u00e9', 'k'.repeat(256), 'k'.repeat(4000)])}`],
  () => ['Idempotency-Key: one', 'Idempotency-Key: two'],
  (choices) => [
    `X-Forwarded-For: ${choices.pick(['', 'unknown', '::ffff:203.0.113.9', '203.0.113.9, '.repeat(200), 'fe80::1%eth0', '999.1.1.1'])}`,
  ],
  () => ['X-Http-Method-Override: DELETE', 'X-Original-Url: /v1/operators'],
  () => ['Cookie: __proto__=1; a=b'],
  () => ['Range: bytes=0-0,1-1', 'If-None-Match: *', 'If-Modified-Since: yesterday'],
  () => ['Access-Control-Request-Method: DELETE', 'Access-Control-Request-Headers: *', `Origin: ${origin}`],
  () => ['Expect: 100-continue'],
  () => ['Expect: everything'],
  () => ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: x'],
  () => ['__proto__: 1', 'constructor: 1', 'toString: 1'],
  (choices) => Array.from({ length: 100 }, () => `X-${choices.hex(6)}: ${choices.hex(20)}`),
  () => [`User-Agent: ${'\u00ff'.repeat(2000)}`],
]

const bodyFor = (route: Route, known: Known, choices: Choices): Buffer | null => {
  const kind = choices.below(100)
  const made = route.body?.(choices, known)
  if (kind < 6) return foreign(choices)
  if (kind < 7) return choices.chance(15) ? giant(choices) : foreign(choices)
  if (kind < 9) return mutate(pickRoute(choices).body?.(choices, known) ?? {}, choices)
  if (made === undefined) return kind < 20 ? mutate({ a: [1] }, choices) : null
  if (kind < 13) return Buffer.from(JSON.stringify(made))
  return mutate(made, choices)
}

/** Whether the body is plain JSON. After one that it cannot read the ledger closes the connection. */
const isReadable = (body: Buffer): boolean => {
  try {
    JSON.parse(body.toString('utf8'))
  } catch {
    return false
  }
  return !/\\ud[89a-f]|proto|\ufffd|[[{]{9}/i.test(body.toString('utf8'))
}

const inChunks = (body: Buffer, choices: Choices): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const part = body.subarray(at, at + 1 + choices.below(Math.max(1, body.length)))
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    at += part.length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

const named = (lines: readonly string[]): Set<string> => new Set(lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()))

/** The nth hostile request of a seed: always the same for the same ledger. */
export const hostileRequest = (seed: number, n: number, known: Known): HostileRequest => {
  const choices = new Choices(seed, n)
  const route = pickRoute(choices)
  const method = choices.chance(94) ? route.method : choices.pick(methods)
  const usualPath = route.path(choices, known)
  const path = target(usualPath, choices)
  const body = bodyFor(route, known, choices)
  const odd = choices.chance(12) ? choices.pick(oddHeaders)(choices) : []
  const usual = [
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Idempotency-Key: ${choices.chance(90) ? choices.hex(20) : `k${choices.below(50)}`}`,
    `X-Forwarded-For: 10.${choices.below(256)}.${choices.below(256)}.${choices.below(256)}`,
    ...(route.key === 'publishable' || choices.chance(5) ? [`Origin: ${origin}`] : []),
  ].filter((line) => !named(odd).has(line.slice(0, line.indexOf(':')).toLowerCase()))
  const keys = keyFor(route, known, choices).map((key) => `Authorization: ${key}`)
  const chunked = body !== null && choices.chance(5)
  const framing = body === null ? [] : [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`]
  const head = Buffer.from([`${method} ${path} HTTP/1.1`, ...usual, ...keys, ...odd, ...framing, '', ''].join('\r\n'), 'latin1')
  const content = body === null ? Buffer.alloc(0) : chunked ? inChunks(body, choices) : body
  const oversized = content.length > bodyLimits.act
  const alone = oversized || odd.length > 0 || path !== usualPath || !(body === null || isReadable(body))
  return { method, path, bytes: Buffer.concat([head, content]), oversized, alone }
}
