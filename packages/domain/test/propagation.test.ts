// How far a downstream system is: which there are, what a word of theirs comes to, and when one is too late.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { acknowledgementOf, appliedTo, CatalogueFile, downstreamSystems, isOverdue, waitsSince } from '../src/index.ts'
import { catalogueOf, day, file, hour, minute, noon } from './scene.ts'

const recipient = (over: object) => ({ name: 'Mailer', country: 'FR', role: 'processor', ...over })
const named = CatalogueFile.parse({
  ...file(),
  purposes: file().purposes.map((one) => {
    if (one.id === 'news') return { ...one, recipients: [recipient({ id: 'mailer', stopWithin: 'P2D' }), recipient({ name: 'Printer' })] }
    if (one.id === 'ads') return { ...one, recipients: [recipient({ id: 'mailer', stopWithin: 'PT24H' }), recipient({ id: 'ads-hub' })] }
    return one
  }),
})

test('the systems are the recipients with an id, each once, with the shortest of their limits', () => {
  assert.deepEqual(downstreamSystems(catalogueOf(named), noon), [
    { id: 'mailer', name: 'Mailer', purposes: ['news', 'ads'], stopWithin: 'PT24H' },
    { id: 'ads-hub', name: 'Mailer', purposes: ['ads'], stopWithin: null },
  ])
  assert.deepEqual(downstreamSystems(catalogueOf(), noon), [])
})

describe('a word of a system', () => {
  const place = { epoch: 1n, n: 40n }
  test('covers what lay between the word before and this one, and the oldest stop among it tells how slow it was', () => {
    const first = acknowledgementOf('mailer', null, place, noon, noon - 5 * minute)
    assert.deepEqual(first, { recipient: 'mailer', ...place, at: noon, slowestMs: 5 * minute })
    assert.equal(appliedTo(null, place), 0n)
    assert.equal(appliedTo(first, place), 40n)
    const second = acknowledgementOf('mailer', first, { epoch: 1n, n: 50n }, noon + hour, noon + 59 * minute)
    assert.equal(second.slowestMs, minute)
  })
  test('that covers no stop leaves the figure as it was', () => {
    const first = acknowledgementOf('mailer', null, place, noon, noon - minute)
    assert.equal(acknowledgementOf('mailer', first, { epoch: 1n, n: 41n }, noon + hour, null).slowestMs, minute)
    assert.equal(acknowledgementOf('mailer', null, place, noon, null).slowestMs, null)
  })
  test('in a new epoch is about what came since the word before: the rest is only told again', () => {
    const first = acknowledgementOf('mailer', null, place, noon, null)
    const next = { epoch: 2n, n: 7n }
    assert.equal(appliedTo(first, next), 0n)
    assert.equal(waitsSince(first, next, noon - 400 * day), noon)
    assert.equal(waitsSince(first, next, noon + minute), noon + minute)
    assert.equal(acknowledgementOf('mailer', first, next, noon + hour, noon - 400 * day).slowestMs, hour)
  })
  test('never counts below nothing, though clocks differ', () => {
    assert.equal(acknowledgementOf('mailer', null, place, noon, noon + minute).slowestMs, 0)
  })
})

test('a stop is overdue once it has waited longer than the system may take', () => {
  const catalogue = catalogueOf(named)
  assert.equal(isOverdue(catalogue, 'PT24H', noon - day, noon), false)
  assert.equal(isOverdue(catalogue, 'PT24H', noon - day - 1, noon), true)
  assert.equal(isOverdue(catalogue, null, noon - 900 * day, noon), false)
  assert.equal(isOverdue(catalogue, 'PT24H', null, noon), false)
})
