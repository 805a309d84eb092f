// The words of the page: durations as people say them.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { durationIn } from '../src/dossier/page/duration.ts'

it('says a duration as people do, one and several, in both languages', () => {
  assert.equal(durationIn('en', 'P3Y'), '3 years')
  assert.equal(durationIn('fr', 'P1Y6M'), '1 an 6 mois')
  assert.equal(durationIn('en', 'P1D'), '1 day')
  assert.equal(durationIn('fr', 'PT24H'), '24 heures')
  assert.equal(durationIn('en', 'P2W'), '2 weeks')
  assert.equal(durationIn('en', 'PT1M30S'), '1 minute 30 seconds')
})

it('leaves what it cannot read as it was published', () => {
  for (const text of ['P', 'P1.5Y', 'three years', '']) assert.equal(durationIn('fr', text), text)
})
