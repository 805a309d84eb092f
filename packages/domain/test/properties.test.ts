// What must hold whatever arrives, in whatever order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evolveSubject, initialSubject, subjectEvents, subjectView, type Channel } from '../src/index.ts'
import { catalogueOf, day, hour, noon, Scene, rowAt } from './scene.ts'

type Act = {
  does: 'gives' | 'refuses' | 'withdraws' | 'imports'
  purpose: 'news' | 'ads' | 'checked' | 'prospects'
  channels: Channel[] | undefined
  at: number
}
const source = { system: 'crm', exportedAt: '2026-01-01T00:00:00.000Z', fileSha256: 'a'.repeat(64), line: 1 }

/** Acts of the last hundred days, all older than the skew limit; few distinct times, so that equal ones happen. */
const acts = fc.array(
  fc.record<Act>({
    does: fc.constantFrom('gives', 'refuses', 'withdraws', 'imports'),
    purpose: fc.constantFrom('news', 'ads', 'checked', 'prospects'),
    channels: fc.constantFrom<Channel[] | undefined>(undefined, ['email']),
    at: fc.integer({ min: 1, max: 12 }).map((n) => noon - n * 8 * day),
  }),
  { maxLength: 12 },
)

const arrive = (all: readonly Act[]): Scene => {
  const scene = new Scene(catalogueOf())
  for (const [n, { does, purpose, channels, at }] of all.entries()) {
    const when = { occurredAt: at, recordedAt: noon + n * hour }
    if (does === 'gives') scene.gives(purpose, when, channels && purpose !== 'ads' ? channels : undefined)
    else if (does === 'imports')
      scene.gives(
        purpose,
        { ...when, trust: 'imported', notice: null, method: { kind: 'import', source } },
        channels && purpose !== 'ads' ? channels : undefined,
      )
    else if (does === 'refuses') scene.refuses(purpose, when, channels)
    else scene.withdraws([purpose], { ...when, ...(channels ? { channels } : {}) })
  }
  return scene
}

const cut = { at: noon + 30 * day, knownAt: noon + 30 * day }
const said = (scene: Scene) =>
  subjectView(scene.subject, scene.catalogue, cut)
    .states.map(({ purpose, channel, state, since, until, objected }) => [purpose, channel, state, since, until, objected].join(' '))
    .sort()

test('any order of arrival of acts older than the skew limit ends in the same state', () => {
  fc.assert(
    fc.property(
      acts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([one, other]) => {
        assert.deepEqual(said(arrive(one)), said(arrive(other)))
      },
    ),
    { numRuns: 300 },
  )
})

const order = ({ subject }: Scene) => [...subject.threads].map(([key, { answers }]) => [key, answers.map(({ orderAt, said, imported }) => ({ orderAt, said, imported }))] as const) // prettier-ignore

test('the answers of a thread are kept in one order, whatever the order of arrival', () => {
  fc.assert(
    fc.property(
      acts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([one, other]) => {
        const ordered = order(arrive(one))
        assert.deepEqual(new Map(order(arrive(other))), new Map(ordered))
        for (const [, answers] of ordered) {
          const times = answers.map((answer) => answer.orderAt)
          assert.deepEqual(
            times,
            times.toSorted((a, b) => a - b),
          )
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('replay equals live', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const scene = arrive(all)
      const stored = JSON.parse(
        JSON.stringify(scene.events, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)),
        (_, value) => (typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value),
      )
      assert.deepEqual(stored.reduce(evolveSubject, initialSubject()), scene.subject)
    }),
    { numRuns: 100 },
  )
})

test('whatever arrives, no yes counts while a later no stands', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const scene = arrive(all)
      for (const { purpose, channel, answers } of scene.subject.threads.values()) {
        const { state } = rowAt(scene.subject, scene.catalogue, purpose, channel, cut)
        const lastNo = Math.max(
          -Infinity,
          ...answers.filter((one) => one.said === 'refused' || one.said === 'withdrawn').map((one) => one.orderAt),
        )
        const lastYes = Math.max(-Infinity, ...answers.filter((one) => one.said === 'yes' && !one.imported).map((one) => one.orderAt))
        if (lastNo >= lastYes && lastNo > -Infinity)
          assert.ok(state !== 'given' && state !== 'renewed', `${purpose} ${channel} is ${state}`)
      }
    }),
    { numRuns: 300 },
  )
})

test('every event that is decided is as its schema says', () => {
  fc.assert(
    fc.property(acts, (all) => {
      for (const event of arrive(all).events) {
        const schema = subjectEvents[event.type as keyof typeof subjectEvents]
        assert.doesNotThrow(() => schema.parse(event.data))
      }
    }),
    { numRuns: 50 },
  )
})
