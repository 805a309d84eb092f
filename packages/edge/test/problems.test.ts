// Every refusal is a problem with a code, a status of the one table and pointers; no value that was sent is in it.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { conflictCodes, faultCodes, LedgerError, refusalCodes, refuse } from '@consent-ledger/domain'
import { z } from 'zod'
import { accept, problemOf, statusOf } from '../src/index.ts'
import { codesWithStatus } from '../src/refusals/statuses.ts'
import { openAll } from './world.ts'

test('every code has a status, every status belongs to a code, and faults alone are 5xx', () => {
  const codes = [...refusalCodes, ...conflictCodes, ...faultCodes]
  assert.deepEqual([...codesWithStatus].sort(), [...codes].sort())
  for (const code of [...refusalCodes, ...conflictCodes]) assert.ok(statusOf(code) >= 400 && statusOf(code) < 500, code)
  for (const code of faultCodes) assert.ok(statusOf(code) >= 500, code)
})

test('a refusal says what it is; a fault keeps its words to itself', () => {
  const { status, body } = problemOf(refuse('UNKNOWN_PURPOSE', '/choices/0/purpose', 'known', 'There is no such purpose.'))
  assert.equal(status, 422)
  assert.deepEqual(body, {
    type: 'urn:consent-ledger:error:UNKNOWN_PURPOSE',
    title: 'Unknown purpose',
    status: 422,
    detail: 'There is no such purpose.',
    code: 'UNKNOWN_PURPOSE',
    errors: [{ pointer: '/choices/0/purpose', rule: 'known', message: 'There is no such purpose.' }],
  })
  for (const error of [
    new LedgerError('DATA_CORRUPT', 'secret-place'),
    new LedgerError('STORE_UNAVAILABLE', 'secret-place'),
    new Error('secret-place'),
    'secret-place',
    null,
  ]) {
    assert.doesNotMatch(JSON.stringify(problemOf(error)), /secret-place/)
  }
  assert.equal(problemOf(undefined).status, 500)
})

const Shape = z.strictObject({
  who: z.string().min(2).max(4),
  when: z.iso.date(),
  kind: z.enum(['a', 'b']),
  what: z.union([z.literal('all'), z.array(z.strictObject({ id: z.string() }))]),
  texts: z.record(z.string().regex(/^[a-z]{2}$/), z.string()),
  size: z.int().max(9),
})
const violationsOf = (input: unknown) => {
  try {
    accept(Shape, input, ['items', 3])
  } catch (error) {
    assert.ok(error instanceof LedgerError && error.code === 'INVALID_REQUEST')
    return error.violations
  }
  return []
}

test('somebody who only asked is not told to send an act again', () => {
  const { status, body } = problemOf(new LedgerError('STALE', 'The read model at /secret-place does not hold it.'))
  assert.equal(status, 503)
  assert.match(body.detail, /contact nobody/)
  assert.doesNotMatch(body.detail, /Idempotency-Key|secret-place/)
})

test('each broken rule is named by pointer and rule, under the place where the input stands', () => {
  const found = violationsOf({ who: 'x', when: 'tomorrow', what: [{ id: 'i' }, { id: 1 }], texts: {}, size: 10, extra: 1, 'not a name': 2 })
  assert.deepEqual(
    found.map(({ pointer, rule }) => [pointer, rule]),
    [
      ['/items/3/who', 'minimum'],
      ['/items/3/when', 'date'],
      ['/items/3/kind', 'required'],
      ['/items/3/what/1/id', 'type'],
      ['/items/3/size', 'maximum'],
      ['/items/3/extra', 'unknown-field'],
      ['/items/3', 'unknown-field'],
    ],
  )
  assert.equal(found[0]?.message, 'Must be at least 2 characters.')
})

test('no violation repeats a value, nor a key that is no plain name', () => {
  const secret = 'anna.martin@example.org'
  const hostile = { who: secret, when: secret, kind: secret, what: secret, texts: { [secret]: secret }, size: secret, [secret]: 1 }
  for (const input of [hostile, { ...hostile, what: [{ id: 1, [secret]: secret }] }, secret, [secret], null]) {
    const found = violationsOf(input)
    assert.ok(found.length > 0)
    assert.doesNotMatch(JSON.stringify(found), /anna/)
  }
})

test('at most 50 violations', () => {
  assert.equal(violationsOf(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`f${n}`, n]))).length, 50)
})

test('what the framework refuses is a problem of ours too', async (t) => {
  const { app } = await openAll(t)
  const json = { 'content-type': 'application/json' }
  const cases = [
    [{ url: '/nowhere' }, 404, 'NOT_FOUND'],
    [{ url: '/v1/acts' }, 405, 'METHOD_NOT_ALLOWED'],
    [{ url: '/v1/%zz' }, 400, 'INVALID_REQUEST'],
    [{ url: `/v1/people/${'x'.repeat(600)}` }, 404, 'NOT_FOUND'],
    [{ url: '/v1/texts?langauge=fr' }, 400, 'INVALID_REQUEST'],
    [{ url: '/docs/', headers: { host: 'a b' } }, 400, 'INVALID_REQUEST'],
    [{ method: 'POST', url: '/v1/nowhere', headers: json, payload: '{' }, 400, 'UNREADABLE_BODY'],
  ] as const
  for (const [request, status, code] of cases) {
    const answer = await app.inject(request)
    assert.equal(answer.statusCode, status, request.url)
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    assert.equal(answer.json().code, code)
    assert.equal(answer.json().status, status)
    assert.doesNotMatch(answer.body, /FST_|langauge=|Fastify/)
  }
  assert.equal((await app.inject({ url: '/v1/acts' })).headers.allow, 'POST')
})

test('a fault is 503 with Retry-After, or 500; one that must stop the process is handed over', async (t) => {
  let thrown: unknown
  const fatal: unknown[] = []
  const { app } = await openAll(t, { onFatal: (error) => void fatal.push(error) }, () => thrown)
  const answered = async (error: unknown) => {
    thrown = error
    return app.inject({ url: '/v1/throws' })
  }
  for (const code of ['STORE_UNAVAILABLE', 'VAULT_UNAVAILABLE', 'NOT_READY'] as const) {
    const answer = await answered(new LedgerError(code, 'x'))
    assert.equal(answer.statusCode, 503)
    assert.equal(answer.headers['retry-after'], '2')
  }
  assert.equal((await answered(new TypeError('x'))).json().code, 'INTERNAL')
  assert.equal((await answered('not even an error')).statusCode, 500)
  assert.equal(fatal.length, 0)
  assert.equal((await answered(new LedgerError('INTEGRITY', 'x'))).statusCode, 500)
  assert.equal(fatal.length, 1)
})

test('in the middle of a stream a fault cuts the connection; one that must stop the process is handed over', async (t) => {
  let thrown: unknown
  const fatal: unknown[] = []
  const { app } = await openAll(t, { onFatal: (error) => void fatal.push(error) }, () => thrown)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const broken = async (error: unknown): Promise<void> => {
    thrown = error
    const answer = await fetch(`${url}/v1/breaks`)
    assert.equal(answer.status, 200)
    await assert.rejects(answer.text())
  }
  for (const passing of [new LedgerError('STORE_UNAVAILABLE', 'x'), new TypeError('x')]) await broken(passing)
  assert.deepEqual(fatal, [])
  await broken(new LedgerError('DATA_CORRUPT', 'x'))
  assert.deepEqual(fatal, [thrown])
})

test('a reply that is not what its schema says is found by tests', async (t) => {
  const checked = await openAll(t)
  assert.equal((await checked.app.inject({ url: '/v1/wrong' })).statusCode, 500)
  const plain = await openAll(t, { checkReplies: false })
  assert.deepEqual((await plain.app.inject({ url: '/v1/wrong' })).json(), { kinds: 1 })
})

test('bytes that are no HTTP get a problem too', async (t) => {
  const { app } = await openAll(t)
  const port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
  const text = await new Promise<string>((resolve) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write('anna.martin@example.org\r\n\r\n'))
    socket.on('data', (part) => parts.push(part))
    socket.on('close', () => resolve(Buffer.concat(parts).toString()))
  })
  assert.match(text, /^HTTP\/1\.1 400 [\s\S]*INVALID_REQUEST/)
  assert.doesNotMatch(text, /anna/)
})

test('a time in another form is told which one, since a day alone or one without its offset is the usual mistake', () => {
  const At = z.strictObject({ at: z.iso.datetime({ offset: true }) })
  for (const at of ['2026-11-05', '2026-11-05T08:00:00', '5 November 2026'])
    assert.throws(
      () => accept(At, { at }),
      ({ violations: [first] }: LedgerError) =>
        first?.rule === 'datetime' && /offset, such as 2026-11-05T08:00:00\+01:00/.test(first.message),
    )
})
