// Bytes that are no HTTP, or break it in its framing: alone on a connection, since nobody can tell where they end.
import { Choices } from './choices.ts'
import type { Known } from './routes.ts'

const start = 'POST /v1/consents HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'

const kinds: readonly ((choices: Choices, authorization: string) => string)[] = [
  (choices) => choices.bytes(1 + choices.below(2000)).toString('latin1'),
  (choices) => `${choices.bytes(30).toString('latin1')}\r\n\r\n`,
  () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => 'GET / HTTP/9.9\r\n\r\n',
  () => 'GET /livez HTTP/1.1\r\n\r\n',
  () => 'GET /livez HTTP/1.0\r\n\r\n',
  () => 'GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  () => 'GET\r\n\r\n',
  () => '\r\n\r\n\r\n',
  () => 'FOO /livez HTTP/1.1\r\nHost: a\r\n\r\n',
  () => 'CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n',
  () => `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  () => `GET /livez HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(4000)}\r\n`,
  () => `GET /livez HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
  () => 'GET /livez HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n',
  () => 'GET /livez HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n',
  () => 'GET /livez HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n',
  () => 'GET /livez HTTP/1.1\nHost: a\n\n',
  (_, authorization) => `${start}${authorization}Content-Length: 10\r\nContent-Length: 11\r\n\r\n{}`,
  (_, authorization) => `${start}${authorization}Content-Length: -1\r\n\r\n{}`,
  (_, authorization) => `${start}${authorization}Content-Length: 99999999999999999999\r\n\r\n{}`,
  (_, authorization) => `${start}${authorization}Content-Length: 0x10\r\n\r\n{}`,
  (_, authorization) => `${start}${authorization}Content-Length: 2000\r\n\r\n{"subject":`,
  (_, authorization) => `${start}${authorization}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  (_, authorization) => `${start}${authorization}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  (_, authorization) => `${start}${authorization}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}`,
  (_, authorization) => `${start}${authorization}Transfer-Encoding: chunked\r\n\r\n2\r\n{}`,
  (_, authorization) => `${start}${authorization}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
  (_, authorization) => `${start}${authorization}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  (_, authorization) => `${start}${authorization}Transfer-Encoding: chunked\r\n\r\n2;${'e'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  (_, authorization) => `${start}${authorization}Content-Length: 40000\r\n\r\n${'['.repeat(40_000)}`,
  (_, authorization) => `${start}${authorization}`,
]

/** The nth rubbish of a seed. */
export const rubbish = (seed: number, n: number, known: Known): Buffer => {
  const choices = new Choices(~seed, n)
  const authorization = choices.chance(50) ? `Authorization: Bearer ${known.keys.secret}\r\nIdempotency-Key: ${choices.hex(12)}\r\n` : ''
  return Buffer.from(choices.pick(kinds)(choices, authorization), 'latin1')
}
