// The 20 fields one by one: present, absent, not applicable, and on whose word.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { iso, type JsonObject } from '@consent-ledger/domain'
import { catalogue, field, held, imported, no, prove, row, shown, start, stream, yes, type Given } from './given.ts'

type Expected = readonly [status: string, vouchedBy?: string]
const expect = (n: number, given: Given, [status, vouchedBy]: Expected): void => {
  const found = row(n, given)
  assert.deepEqual({ status: found.status, vouchedBy: found.vouchedBy }, { status, vouchedBy: vouchedBy ?? null }, found.note)
  assert.equal(found.from === null, status !== 'present')
}
const nothing: Given = { events: [], opened: [] }
const method = (over: JsonObject) => ({
  method: { kind: 'web-form', control: 'checkbox', workflow: 'checkout', presentation: 'form-a', ...over },
})
const given = (over: JsonObject): Given => ({ events: stream({ type: 'ConsentGiven', data: over }) })
const confirmed: Given = {
  events: stream(
    { type: 'ConsentRequested', data: { ...yes[0]?.data, awaiting: ['confirmation'], ...method({}) } },
    {
      type: 'ConsentConfirmed',
      data: { ...yes[0]?.data, requestEventId: yes[0]?.id ?? '', confirmedAt: iso(start + 1000) },
      writer: { kind: 'system', id: 'ledger', trust: 'system' },
    },
  ),
}
const cases: Record<number, [string, Given, Expected][]> = {
  1: [
    ['the act names an identifier', { events: yes }, ['present', 'site']],
    ['a confirmed yes is on the word of the person', confirmed, ['present', 'person']],
    ['an act without identifier', { events: yes, opened: [] }, ['absent']],
    ['no answer at all', nothing, ['absent']],
  ],
  2: [
    ['the controller was on record', { events: yes }, ['present', 'site']],
    ['an answer older than the catalogue', { events: stream({ type: 'ConsentGiven', at: -100 * 86_400_000 }) }, ['absent']],
  ],
  3: [
    ['one event for a published purpose', { events: yes }, ['present', 'site']],
    ['a version that was not published', given({ purposeVersion: 2 }), ['absent']],
  ],
  4: [
    ['kinds of data declared', { events: yes }, ['present', 'site']],
    ['none declared', { events: yes, catalogue: catalogue({ purpose: { dataKinds: [] } }) }, ['absent']],
  ],
  5: [
    ['a recipient inside the EEA', { events: yes }, ['present', 'site']],
    [
      'a transfer without its tool',
      { events: yes, catalogue: catalogue({ purpose: { recipients: [{ name: 'Mailer Inc.', country: 'US', role: 'processor' }] } }) },
      ['absent'],
    ],
    [
      'a transfer with its tool',
      {
        events: yes,
        catalogue: catalogue({
          purpose: {
            recipients: [{ name: 'Mailer Inc.', country: 'US', role: 'processor', transfer: { tool: 'SCC', document: 'Annex 3' } }],
          },
        }),
      },
      ['present', 'site'],
    ],
    ['nobody receives the data', { events: yes, catalogue: catalogue({ purpose: { recipients: [] } }) }, ['not-applicable']],
  ],
  6: [
    ['the exact text', { events: yes }, ['present', 'site']],
    ['a text that the ledger served itself', given({ notice: { ...shown, showing: true } }), ['present', 'ledger']],
    ['another text than the published one', given({ notice: { ...shown, sha256: 'f'.repeat(64) } }), ['absent']],
    ['only a no', { events: no }, ['not-applicable']],
    ['no answer at all', nothing, ['absent']],
  ],
  7: [
    ['the text said how to withdraw', { events: yes }, ['present', 'site']],
    ['the text did not say it', { events: yes, catalogue: withoutWithdrawal() }, ['absent']],
    ['only a no', { events: no }, ['not-applicable']],
  ],
  8: [
    ['a box that was empty', { events: yes }, ['present', 'site']],
    ['confirmed by the person', confirmed, ['present', 'person']],
    ['a box that was ticked', { events: yes, catalogue: controls('on') }, ['absent']],
    ['no word on the box', { events: yes, catalogue: catalogue({ presentation: null }) }, ['absent']],
    ['only a no', { events: no }, ['not-applicable']],
  ],
  9: [
    ['same layer, as many clicks, a screenshot', { events: yes }, ['present', 'site']],
    ['refusing on the second layer', { events: yes, catalogue: controls('off', 2) }, ['absent']],
    ['no screenshot', { events: yes, catalogue: catalogue({ presentation: { screenshots: [] } }) }, ['absent']],
    ['by telephone', given(method({ kind: 'phone' })), ['not-applicable']],
  ],
  10: [
    ["the ledger's own clock", { events: yes }, ['present', 'ledger']],
    ["the site's clock", given({ orderAt: iso(start - 86_400_000) }), ['present', 'site']],
    [
      'an import without a time',
      { events: stream({ type: 'ConsentGiven', data: { occurredAtFrom: 'ledger' }, writer: imported }) },
      ['absent'],
    ],
  ],
  11: [
    ['a workflow', { events: yes }, ['present', 'site']],
    ['a session', { ...given({ method: { kind: 'web-form' } }), opened: [held(0, { sessionId: field('s-1') })] }, ['present', 'site']],
    [
      'a session whose key is gone',
      { ...given({ method: { kind: 'web-form' } }), opened: [held(0, { sessionId: field('s-1', 'destroyed') })] },
      ['absent'],
    ],
  ],
  12: [
    ['folded from the stream', { events: yes }, ['present', 'ledger']],
    ['no answer at all', nothing, ['absent']],
  ],
  13: [
    ['an end in the event', { events: yes }, ['present', 'ledger']],
    ['no end', given({ until: null }), ['absent']],
    ['only a no', { events: no }, ['not-applicable']],
  ],
  14: [
    ['a withdrawal with its time', { events: stream({ type: 'ConsentGiven' }, { type: 'ConsentWithdrawn' }) }, ['present', 'ledger']],
    [
      'an imported refusal without a time',
      { events: stream({ type: 'ConsentRefused', data: { occurredAtFrom: 'ledger' }, writer: imported }) },
      ['absent'],
    ],
    ['nothing refused', { events: yes }, ['not-applicable']],
  ],
  15: [
    [
      'a third party with its proof',
      given(method({ collector: { name: { commitment: 'a'.repeat(64), sealed: 'a.b.c' }, proofSha256: 'b'.repeat(64) } })),
      ['present', 'third-party'],
    ],
    ['a third party without', given(method({ collector: { name: { commitment: 'a'.repeat(64), sealed: 'a.b.c' } } })), ['absent']],
    ['nobody else collected', { events: yes }, ['not-applicable']],
  ],
  16: [
    ['hash of the code', { events: yes }, ['present', 'site']],
    ['neither code nor screenshot', { events: yes, catalogue: catalogue({ presentation: null }) }, ['absent']],
    ['on paper', given(method({ kind: 'paper' })), ['not-applicable']],
  ],
  17: [
    [
      'a child with a parent',
      given(method({ actor: { kind: 'minor-with-parent', ageBand: '13', how: 'signed-form' } })),
      ['present', 'site'],
    ],
    ['a child alone', given(method({ actor: { kind: 'self', ageBand: '13' } })), ['absent']],
    ['a representative whose authority nobody checked', given(method({ actor: { kind: 'representative' } })), ['absent']],
    ['no sign of a child', { events: yes }, ['not-applicable']],
  ],
  18: [
    ['duration and ground', { events: yes }, ['present', 'site']],
    ['neither', { events: yes, catalogue: withoutKeeping() }, ['absent']],
  ],
  19: [
    ['each field has a use', { events: yes }, ['present', 'ledger']],
    ['a field without', { events: yes, opened: [held(0, { shoeSize: field(42) })] }, ['absent']],
    ['no answer at all', nothing, ['absent']],
  ],
  20: [
    ['opened against its commitment', { events: yes }, ['present', 'ledger']],
    [
      'nothing opened',
      { events: yes, opened: [[yes[0]?.id ?? '', { identifiers: [], fields: { ip: field('203.0.113.9', 'not-opened') } }]] },
      ['absent'],
    ],
    ['nothing personal', { events: yes, opened: [] }, ['not-applicable']],
  ],
}

function controls(standard: 'on' | 'off', refuseLayer = 1) {
  return catalogue({
    presentation: { controls: { default: standard, accept: { layer: 1, clicks: 1 }, refuse: { layer: refuseLayer, clicks: 1 } } },
  })
}
function withoutWithdrawal() {
  const found = catalogue()
  for (const version of found.notices.get('news-form')?.versions ?? [])
    for (const notice of version.texts.values()) delete notice.withdrawal
  return found
}
function withoutKeeping() {
  const found = catalogue()
  for (const version of found.purposes.get('news')?.versions ?? []) delete version.evidence
  return found
}

for (const [n, rules] of Object.entries(cases))
  describe(`evidence ${n}`, () => {
    for (const [name, state, expected] of rules) test(`${expected.join(' by ')}: ${name}`, () => expect(Number(n), state, expected))
  })

test('the grade counts what applies, and a field is absent as soon as one yes lacks it', () => {
  const weaker = stream({ type: 'ConsentGiven' }, { type: 'ConsentGiven', data: { notice: { ...shown, sha256: 'f'.repeat(64) } } })
  const one = prove({ events: yes }).grade
  const both = prove({ events: weaker, opened: [held(0), held(1)] }).grade
  assert.deepEqual(one, { present: 17, of: 17 })
  assert.equal(both.of, 17)
  assert.ok(both.present < one.present)
})
