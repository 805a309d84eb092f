// Traces of a whole ledger, as a collector receives them: where the time of a post went, and nobody's name.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'

type Span = { name: string; traceId: string; spanId: string; parentSpanId?: string }
type Sent = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }

it('a post is a trace with its steps, the read model another, and no identifier is in either', async (t) => {
  const sent: string[] = []
  const collector = createServer((incoming, response) => {
    void (async () => {
      sent.push(await text(incoming))
      response.end()
    })()
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  t.after(() => collector.close())
  const { port } = collector.address() as AddressInfo
  const { data, remove } = place()
  t.after(remove)
  const ledger = await LedgerProcess.start(data, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } })
  const key = ledger.keys.sites['huttopia-fr']?.secret ?? ''
  const { json, status } = await request(ledger.url, 'POST', '/v1/consents', {
    key,
    idempotencyKey: 'canary-key',
    body: signUp('canary.person@example.org'),
  })
  assert.equal(status, 201)
  await ledger.stop()
  const spans = sent.flatMap((body) =>
    (JSON.parse(body) as Sent).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
  const post = spans.find(({ name }) => name === 'POST /v1/consents')
  assert.ok(post)
  const steps = spans.filter(({ parentSpanId }) => parentSpanId === post.spanId).map(({ name }) => name)
  for (const step of ['vault.claim', 'store.append']) assert.ok(steps.includes(step), `${step} in ${steps.join()}`)
  assert.ok(spans.some(({ name, parentSpanId }) => name === 'readmodel.apply' && (parentSpanId ?? '') === ''))
  const all = sent.join('\n')
  const { id, subjectId, events } = json.receipt
  for (const secret of ['canary', 'example.org', key, id, subjectId, ...events.map((event) => event.id)])
    assert.equal(all.includes(secret), false)
})
