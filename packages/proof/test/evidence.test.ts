// The 20 fields one by one: present, absent, not applicable, and on whose word.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { iso, type JsonObject } from '@consent-ledger/domain'
import { catalogue, field, held, imported, no, prove, row, sha256, shown, start, stream, yes, type Given } from './given.ts'

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
const requestedAt = (orderAt: string): Given => ({
  events: stream(
    { type: 'ConsentRequested', data: { ...yes[0]?.data, orderAt, awaiting: ['confirmation'], ...method({}) } },
    {
      type: 'ConsentConfirmed',
      data: { ...yes[0]?.data, orderAt, requestEventId: yes[0]?.id ?? '', confirmedAt: iso(start + 1000) },
      writer: { kind: 'system', id: 'ledger', trust: 'system' },
    },
  ),
})
const confirmed = requestedAt(iso(start))
const backdatedRequest = requestedAt(iso(start - 3_600_000))
const cases: Record<number, [string, Given, Expected][]> = {
  1: [
    ['the act names an identifier', { events: yes }, ['present', 'site']],
    ['a confirmed yes is on the word of whoever opened the link', confirmed, ['present', 'person']],
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
    ['a text that the ledger served itself, on whatever screen', given({ notice: { ...shown, showing: true } }), ['present', 'site']],
    ['another text than the published one', given({ notice: { ...shown, sha256: 'f'.repeat(64) } }), ['absent']],
    ['only a no', { events: no }, ['not-applicable']],
    ['no answer at all', nothing, ['absent']],
  ],
  7: [
    ['the catalogue says how to withdraw', { events: yes }, ['present', 'site']],
    ['also where the ledger served the text', given({ notice: { ...shown, showing: true } }), ['present', 'site']],
    ['the catalogue does not say it', { events: yes, catalogue: withoutWithdrawal() }, ['absent']],
    ['only a no', { events: no }, ['not-applicable']],
  ],
  8: [
    ['a box that was empty', { events: yes }, ['present', 'site']],
    ['confirmed over the link', confirmed, ['present', 'person']],
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
    ['an import, whatever its time', { events: stream({ type: 'ConsentGiven', writer: imported }) }, ['present', 'site']],
    ["a request on the site's clock, confirmed on ours", backdatedRequest, ['present', 'site']],
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
    [
      "a withdrawal on the ledger's own clock",
      { events: stream({ type: 'ConsentGiven' }, { type: 'ConsentWithdrawn' }) },
      ['present', 'ledger'],
    ],
    [
      "a withdrawal on the site's clock",
      { events: stream({ type: 'ConsentGiven' }, { type: 'ConsentWithdrawn', data: { orderAt: iso(start - 86_400_000) } }) },
      ['present', 'site'],
    ],
    ['an imported refusal with its time', { events: stream({ type: 'ConsentRefused', writer: imported }) }, ['present', 'site']],
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
    ['an address that no rule uses', { events: yes, opened: [held(0, { ip: field('203.0.113.9') })] }, ['absent']],
    ['fields without a use', { events: yes, opened: [held(0, { userAgent: field('Browser/1'), shoeSize: field(42) })] }, ['absent']],
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

test('what the note says of fields without a use names each', () => {
  const { note } = row(19, {
    events: yes,
    opened: [held(0, { userAgent: field('Browser/1'), ip: field('203.0.113.9'), sessionId: field('s') })],
  })
  assert.equal(note, 'Fields kept that no rule of this list uses: ip, userAgent.')
})

test('a confirmation is told as what it is: over a link that the site was handed, and nothing explicit', () => {
  for (const n of [1, 8, 11, 12]) {
    assert.match(row(n, confirmed).note, /over a link that was handed to the site to mail/, `field ${n}`)
    assert.match(row(n, { ...confirmed, issued: { language: 'fr' } }).note, /par un lien remis au site/, `field ${n}`)
    assert.doesNotMatch(row(n, { events: yes }).note, /link/)
  }
  assert.doesNotMatch(row(12, confirmed).note, /is explicit/)
  const limit = (language: 'en' | 'fr') =>
    prove({ ...confirmed, issued: { language } }).limits.find(({ code }) => code === 'confirmation-link')?.text ?? ''
  assert.match(limit('en'), /handed to the site to mail/)
  assert.match(limit('fr'), /remis au site/)
  assert.ok(!prove({ events: yes }).limits.some(({ code }) => code === 'confirmation-link'))
})

test('a text that the ledger served is not a text that was on a screen', () => {
  const { note } = row(6, given({ notice: { ...shown, showing: true } }))
  assert.match(note, /The ledger itself served this text to the site.*that it was on a screen is the site's word/)
  assert.doesNotMatch(row(6, { events: yes }).note, /served/)
})

/** The note on a text that had `withdrawal` beside it. */
const announced = (over: { text: string; withdrawal: string }) => {
  const sha = sha256(over.text)
  const standing = catalogue({ notice: { ...over, sha256: sha, contentType: 'text/html' } })
  return row(7, { events: stream({ type: 'ConsentGiven', data: { notice: { ...shown, sha256: sha } } }), catalogue: standing }).note
}

test('how to withdraw stands in the text only if the text has those words', () => {
  const beside = row(7, { events: yes }).note
  assert.match(beside, /^The catalogue states how to withdraw, beside this text/)
  const withdrawal = 'Par le lien de chaque e-mail'
  assert.match(announced({ text: '<p>Offres. Par le\n <b>lien</b> de chaque e-mail.</p>', withdrawal }), /stand in the text itself/)
  assert.equal(announced({ text: '<p>Offres.</p><!-- Par le lien de chaque e-mail -->', withdrawal }), beside)
})
