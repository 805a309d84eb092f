// An act of long ago that is posted today: nothing that came to the ledger after it is said to have stood before it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { iso, type ControllerFact } from '@consent-ledger/domain'
import { catalogue, day, row, start, stream, type Given } from './given.ts'

/** A yes of `start`, posted two days later; `late` came to the ledger the day between. */
const posted = (late: ControllerFact['type'][], over: Parameters<typeof catalogue>[0] = {}): Given => ({
  events: stream({ type: 'ConsentGiven', at: 2 * day, data: { occurredAt: iso(start), orderAt: iso(start) } }),
  catalogue: catalogue({ late, ...over }),
})
const all: ControllerFact['type'][] = ['ControllerRegistered', 'PurposePublished', 'NoticePublished', 'PresentationPublished']
const claims = /before the answer|published before|Exact text|avant la réponse|publiée auparavant|Texte exact/

const shownAfter = (lateBy: number) => row(6, posted(['NoticePublished', 'PresentationPublished'], { profile: true, lateBy })).note

describe('backdated', () => {
  for (const n of [2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 18])
    test(`field ${n}: what came after the act is the site's word, and the note says when it came`, () => {
      const found = row(n, posted(all))
      assert.deepEqual([found.status, found.vouchedBy], ['present', 'site'])
      assert.match(found.note, /On the site's word alone \(1\/1\): this version came to the ledger only on 2026-11-21, after the act\./)
      const french = row(n, { ...posted(all), issued: { language: 'fr' } }).note
      assert.match(french, /n'est arrivée au registre que le 2026-11-21, après l'acte\./)
      for (const note of [found.note, french]) assert.doesNotMatch(note, claims)
    })

  test('what was on record by then is still said to have been, for an act that arrives late as well', () => {
    for (const n of [2, 3, 6, 16]) {
      const { note } = row(n, posted([]))
      assert.match(note, claims, `field ${n}`)
      assert.doesNotMatch(note, /word alone/)
    }
  })

  test('only the field whose version came late says so', () => {
    assert.match(row(6, posted(['NoticePublished', 'PresentationPublished'])).note, /word alone/)
    assert.doesNotMatch(row(3, posted(['NoticePublished', 'PresentationPublished'])).note, /word alone/)
  })

  test('clocks may differ by the limit of the profile', () => {
    assert.doesNotMatch(shownAfter(4 * 60_000), /word alone/)
    assert.match(shownAfter(6 * 60_000), /word alone/)
  })

  test('a version that is in force only from a later day shows nothing about the act', () => {
    const later = posted([], { notice: { validFrom: '2026-11-21' } })
    for (const n of [6, 7, 8, 9, 16]) {
      const found = row(n, later)
      assert.equal(found.status, 'absent', `field ${n}`)
      assert.match(found.note, /in force only from a day after the act/)
    }
    assert.equal(row(6, posted([], { notice: { validFrom: '2026-11-20' } })).status, 'present')
  })
})
