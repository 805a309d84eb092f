// The proof as a document: what is in it, what a narrower question leaves out, and what stops it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iso, LedgerError } from '@consent-ledger/domain'
import { Proof, proofJsonSchema } from '../src/index.ts'
import { catalogue, day, field, held, prove, sha256, start, stream, subjectId, text } from './given.ts'

const happened = stream(
  { type: 'ConsentGiven', act: 0 },
  { type: 'ConsentRefused', act: 0, at: 0, data: { purpose: 'ads', channels: ['web'] } },
  { type: 'ConsentWithdrawn', at: day },
)
const opened = [held(0, { ip: field('203.0.113.9'), userAgent: field('Browser/1', 'not-opened'), sessionId: field('s', 'destroyed') })]

test('a proof holds the whole stream, the exact text with its SHA-256, and what was opened with its salt', () => {
  const proof = prove({ events: happened, opened })
  assert.deepEqual(Proof.parse(JSON.parse(JSON.stringify(proof))), proof)
  assert.deepEqual(
    proof.events.map((event) => event.revision),
    ['0', '1', '2'],
  )
  assert.equal(proof.lastRevision, '2')
  assert.equal(proof.controller.name, 'Campo SAS')
  assert.deepEqual(
    proof.notices.map((notice) => [notice.text, notice.sha256, notice.language]),
    [[text, sha256(text), 'fr']],
  )
  assert.equal(proof.notices[0]?.withdrawal, 'Par le lien de chaque e-mail')
  assert.deepEqual(
    proof.purposes.map((purpose) => [purpose.id, purpose.version, purpose.title]),
    [['news', 1, 'Offers']],
  )
  assert.deepEqual(proof.events[0]?.opened, { ip: '203.0.113.9' })
  assert.deepEqual(Object.keys(proof.events[0]?.openings['ip'] ?? {}).sort(), ['commitment', 'salt', 'status', 'value'])
  assert.equal(proof.events[0]?.openings['sessionId']?.status, 'destroyed')
  assert.equal(proof.identifiers[0]?.eventId, happened[0]?.id)
})

test('the state is that of the day of issue, and the timeline tells what each event changed', () => {
  const proof = prove({ events: happened, opened })
  const news = proof.states.find((state) => state.purpose === 'news')
  assert.equal(news?.state, 'withdrawn')
  assert.deepEqual(
    proof.timeline.map((step) => step.states.map((state) => `${state.purpose} ${state.channel} ${state.state}`)),
    [['news email given'], ['ads web refused'], ['news email withdrawn']],
  )
  assert.match(proof.timeline[2]?.words ?? '', /withdrew consent to “Offers”/)
})

test('a proof of a day before an end does not know the end, one of a later day does', () => {
  const events = happened.slice(0, 1)
  assert.equal(prove({ events, opened, issued: { issuedAt: start + 364 * day } }).states[0]?.state, 'given')
  assert.equal(prove({ events, opened, issued: { issuedAt: start + 366 * day } }).states[0]?.state, 'expired')
})

test('a purpose and a period narrow the report, never the stream', () => {
  const proof = prove({ events: happened, opened, issued: { purpose: 'news', from: iso(start + 1), to: iso(start + 2 * day) } })
  assert.equal(proof.events.length, 3)
  assert.deepEqual([...new Set(proof.states.map((state) => state.purpose))], ['news'])
  assert.deepEqual(
    proof.timeline.map((step) => step.type),
    ['ConsentWithdrawn'],
  )
  assert.deepEqual(proof.notices, [])
  assert.equal(proof.states[0]?.state, 'withdrawn')
})

test('the limits say what the proof does not show', () => {
  const codes = prove({ events: happened, opened }).limits.map((limit) => limit.code)
  assert.deepEqual(codes, ['NO_INDEPENDENT_TIME', 'completeness-not-shown', 'not-opened', 'destroyed'])
  assert.match(prove({ events: happened, opened, issued: { language: 'fr' } }).limits[0]?.text ?? '', /^Personne d'autre/)
})

test('a gap in the stream, or a text that is not what its SHA-256 says, stops the proof', () => {
  const gap = happened.filter((event) => event.revision !== 1n)
  assert.throws(
    () => prove({ events: gap, opened, issued: { lastRevision: 2n } }),
    (error) => error instanceof LedgerError && error.code === 'INTEGRITY',
  )
  assert.throws(
    () => prove({ events: happened, opened, catalogue: catalogue({ notice: { text: 'Another text' } }) }),
    (error) => error instanceof LedgerError && error.code === 'INTEGRITY',
  )
})

test('the same input gives the same proof, and a stream without events an honest one', () => {
  assert.deepEqual(prove({ events: happened, opened }), prove({ events: happened, opened }))
  const empty = prove({ events: [], opened: [] })
  assert.ok(empty.evidence.every((row) => row.status === 'absent'))
  assert.equal(empty.subjectId, subjectId)
})

test('the schema goes out as JSON Schema', () => {
  const schema = proofJsonSchema()
  assert.ok(schema.required?.includes('evidence'))
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
})
