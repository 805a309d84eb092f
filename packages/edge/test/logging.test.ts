// Logs, counts and metrics hold nothing that a caller sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../src/serving/logging.ts'
import { bearer, collectLines, openAll, origin } from './world.ts'

const canary = 'anna.martin@example.org'

test('a logger that is given hostile things writes nothing of them', () => {
  const logTo = collectLines()
  const log = createLogger({ level: 'trace', logTo, isRoute: () => false })
  const error = Object.assign(new Error(`${canary}\n    at ${canary} (/srv/${canary}:1:1)`), { code: canary, body: canary })
  const cause = new Error('outer', { cause: error })
  const things: object[] = [
    {
      body: canary,
      headers: { authorization: canary },
      ip: canary,
      url: canary,
      err: canary,
      reqId: canary,
      site: canary,
      operator: canary,
      code: canary,
      method: canary,
      route: `/${canary}`,
      status: canary,
      ms: canary,
    },
    { err: error },
    { err: cause },
    error,
    cause,
    { err: { message: canary, stack: canary, type: canary } },
    { toJSON: () => canary },
    [canary],
    new Map([[canary, canary]]),
    Object.assign(Object.create({ site: canary }), { msg: canary, level: canary, time: canary }),
  ]
  for (const thing of things) {
    log.info(thing, canary)
    log.error(thing, 'value %s', canary)
    log.child({ body: canary, site: canary, serializers: canary }).warn(thing)
    log.child(thing).fatal(canary)
  }
  assert.equal(logTo.lines.length, things.length * 4)
  assert.doesNotMatch(logTo.lines.join(''), /anna|martin/i)
})

test('an error is logged by class, code and frames', () => {
  const logTo = collectLines()
  createLogger({ level: 'info', logTo, isRoute: () => false }).error(
    { err: Object.assign(new TypeError('secret words'), { code: 'E_SOME' }) },
    'fault',
  )
  const line = JSON.parse(logTo.lines[0] ?? '')
  assert.equal(line.err.class, 'TypeError')
  assert.equal(line.err.code, 'E_SOME')
  assert.ok(line.err.frames.some((frame: string) => frame.includes('logging.test.ts')))
  assert.doesNotMatch(logTo.lines[0] ?? '', /secret/)
})

test('an answer is logged by method, route pattern, status, code and writer', async (t) => {
  const logTo = collectLines()
  const { world, app } = await openAll(t, { logTo })
  const { key } = await world.issue('secret')
  await app.inject({ method: 'POST', url: '/v1/acts', headers: bearer(key), payload: {} })
  const { time, reqId, ms, ...line } = JSON.parse(logTo.lines.at(-1) ?? '')
  assert.deepEqual(line, {
    level: 30,
    method: 'POST',
    route: '/v1/acts',
    status: 400,
    code: 'IDEMPOTENCY_KEY_REQUIRED',
    site: 'campo-fr',
    msg: 'answered',
  })
  assert.ok(time && reqId && ms >= 0)
})

test('a canary in every place of a request reaches no log line, no problem, no metric, no count', async (t) => {
  const logTo = collectLines()
  const { world, app } = await openAll(t, { logTo }, () => new Error(canary))
  const { key } = await world.issue('publishable')
  const answers: string[] = []
  const send = async (request: object) => void answers.push((await app.inject(request)).body)
  const headers = {
    'user-agent': canary,
    referer: canary,
    cookie: canary,
    'x-forwarded-for': canary,
    'x-request-id': canary,
    'request-id': canary,
  }
  await send({ url: `/v1/${canary}?${canary}=${canary}`, headers })
  await send({ url: `/v1/%zz${canary}`, headers })
  await send({ url: `/v1/texts?x=${canary}`, headers })
  await send({ url: `/v1/people/${canary}`, headers })
  await send({ url: '/v1/throws', headers })
  await send({ url: '/v1/acts', headers: { ...headers, authorization: `Bearer ${canary}` } })
  await send({
    method: 'POST',
    url: '/v1/acts',
    headers: { ...headers, ...bearer(key), origin: `https://${canary}` },
    payload: { word: canary },
  })
  await send({
    method: 'POST',
    url: '/v1/acts',
    headers: { ...headers, ...bearer(key), origin, 'idempotency-key': `x ${canary}` },
    payload: {},
  })
  await send({
    method: 'POST',
    url: '/v1/acts',
    headers: { ...headers, ...bearer(key), origin, 'content-type': 'application/json' },
    payload: `{"${canary}`,
  })
  await send({
    method: 'POST',
    url: '/v1/acts',
    headers: { ...headers, ...bearer(key), origin },
    payload: { word: canary, note: canary, [canary]: canary },
  })
  const written = [...logTo.lines, ...answers, await app.metrics.metrics(), JSON.stringify(app.turnedAway.drain())].join('\n')
  assert.deepEqual(
    written.split('\n').filter((line) => /anna|martin/.test(line)),
    [],
  )
  assert.ok(!written.includes(key))
})
