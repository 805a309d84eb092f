// The timeline: after each event what differs, at a cost that grows with the stream and not with its square.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  evolveCatalogue,
  evolveSubject,
  initialSubject,
  iso,
  ms,
  subjectView,
  type Catalogue,
  type JsonObject,
  type StateRow,
} from '@consent-ledger/domain'
import { catalogue, day, prove, shown, start, stream, type Happened } from './given.ts'

const types = ['ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn', 'ObjectionRecorded', 'ObjectionLifted', 'ProofIssued'] as const
const happened = fc
  .array(
    fc.record({
      type: fc.constantFrom(...types),
      purpose: fc.constantFrom('news', 'ads', 'letters'),
      channels: fc.constantFrom<string[]>(['email'], ['sms'], ['email', 'sms']),
      lasts: fc.integer({ min: 1, max: 5 }),
      late: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 15 },
  )
  .map((told) =>
    told.map(({ type, lasts, late, purpose, channels }, n): Happened => {
      const data: JsonObject =
        type === 'ProofIssued' ? {} : { controller: 'campo', purpose, channels, orderAt: iso(start + (n - late) * day) }
      return { type, at: n * day, data: type === 'ConsentGiven' ? { ...data, until: iso(start + (n + lasts) * day) } : data }
    }),
  )
/** `letters` carries a no to `news` over, and comes to the ledger while the stream is written. */
const standing = (): Catalogue => {
  const found = catalogue()
  const [first] = found.purposes.get('news')?.versions ?? []
  assert.ok(first)
  found.purposes.set('letters', { id: 'letters', versions: [{ ...first, id: 'letters', replaces: 'news' }] })
  return found
}

/** Every row again after every event. */
const again = (told: Happened[], whole: Catalogue): string[][] => {
  const subject = initialSubject()
  const before = new Map<string, StateRow>()
  return stream(...told).map((event) => {
    const at = ms(event.metadata.recordedAt)
    evolveSubject(subject, event)
    return subjectView(subject, whole, { at, knownAt: at }).states.flatMap((row) => {
      const last = before.get(`${row.purpose} ${row.channel}`)
      before.set(`${row.purpose} ${row.channel}`, row)
      const same = last ? JSON.stringify(last) === JSON.stringify(row) : row.state === 'unknown' && !row.objected
      return same ? [] : [JSON.stringify(row)]
    })
  })
}

test('tells what every row asked again would tell, ends and what is carried over included', () => {
  fc.assert(
    fc.property(happened, (told) => {
      const steps = prove({ events: stream(...told), catalogue: standing(), opened: [] }).timeline
      const found = steps.map((step) => step.states.map((row) => JSON.stringify(row)).sort())
      assert.deepEqual(
        found,
        again(told, standing()).map((rows) => rows.sort()),
      )
    }),
    { numRuns: 200 },
  )
})

test('what a catalogue changed between two events is told at the second', () => {
  const whole = catalogue()
  const [first] = whole.history.filter((event) => event.type === 'NoticePublished')
  assert.ok(first)
  evolveCatalogue(whole, {
    ...first,
    id: '00000000-0000-4000-8000-0000000000ff',
    revision: whole.lastRevision + 1n,
    data: { ...first.data, version: 2, validFrom: '2026-11-21' },
    metadata: { ...first.metadata, recordedAt: iso(start + day) },
  })
  const events = stream({ type: 'ConsentGiven' }, { type: 'ProofIssued', at: 2 * day })
  assert.deepEqual(
    prove({ events, catalogue: whole }).timeline.map((step) => step.states.map((row) => row.state)),
    [['given'], ['invalidated']],
  )
})

/** How often the catalogue is asked for a notice while a proof is made of `count` answers, each to a purpose of its own. */
const asked = (count: number): number => {
  let times = 0
  const watched = catalogue()
  watched.notices = new (class extends Map<string, NonNullable<ReturnType<Catalogue['notices']['get']>>> {
    override get(id: string) {
      times++
      return super.get(id)
    }
  })(watched.notices)
  const told = Array.from({ length: count }, (_, n): Happened => ({
    type: 'ConsentGiven',
    data: { purpose: `p-${n}`, notice: { ...shown, id: 'unknown' } },
  }))
  prove({ events: stream(...told), catalogue: watched, opened: [] })
  return times
}

test('an event costs its own threads, however long the stream is', () => {
  const [once, twice] = [asked(50), asked(100)]
  assert.ok(twice <= 2.2 * once, `${once} questions for 50 events, ${twice} for 100`)
})
