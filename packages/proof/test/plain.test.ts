// Plain words: every type of event has a sentence in both languages, and an unknown one is said to be unknown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storyteller } from '../src/index.ts'
import { en } from '../src/plain/en.ts'
import { fr } from '../src/plain/fr.ts'
import { eventSchemas } from '../src/plain/sentences.ts'
import { catalogue, start, stream, yes } from './given.ts'
import { iso, type RecordedEvent } from '@consent-ledger/domain'

const said = (event: RecordedEvent | undefined, language: 'fr' | 'en'): string => {
  assert.ok(event)
  return storyteller(catalogue(), language)(event).replaceAll(/\s/g, ' ')
}

test('a yes, in French, on the clock of the controller', () => {
  assert.equal(
    said(yes[0], 'fr'),
    "La personne a dit oui à « Offres » (version 1) par e-mail, par un formulaire web, sur Campo France, le 20 novembre 2026 à 10:00:00 UTC+1, texte news-form version 1 (fr), valable jusqu'au 20 novembre 2027 à 10:00:00 UTC+1.",
  )
})

test('a yes, in English', () => {
  assert.equal(
    said(yes[0], 'en'),
    'The person said yes to “Offers” (version 1) by e-mail, on a web form, on Campo France, at 20 November 2026 at 10:00:00 UTC+1, notice news-form version 1 (fr), valid until 20 November 2027 at 10:00:00 UTC+1.',
  )
})

test('a banner closed without an answer is told as a no', () => {
  const [event] = stream({ type: 'ConsentRefused', data: { flags: ['dismissed'] } })
  assert.match(said(event, 'en'), /closed the question without an answer, which counts as a no/)
  assert.match(said(event, 'fr'), /fermé la demande sans répondre, ce qui vaut refus/)
})

test('a yes that awaits the person says that it has no effect yet', () => {
  const [event] = stream({
    type: 'ConsentRequested',
    data: { ...yes[0]?.data, until: null, awaiting: ['confirmation'], expiresAt: iso(start) },
  })
  assert.match(said(event, 'en'), /without effect until the person confirms/)
})

test('every type has its sentence in both languages', () => {
  for (const language of [fr, en]) assert.deepEqual(Object.keys(language.events).sort(), Object.keys(eventSchemas).sort())
})

test('every event of a catalogue is told in both languages', () => {
  for (const event of catalogue().history)
    for (const language of ['fr', 'en'] as const) assert.doesNotMatch(said(event, language), /cannot describe|ne sait pas décrire/)
})

test('an unknown type, or a shape that this version does not know, is said to be unknown and nothing of it is repeated', () => {
  const [event] = stream({ type: 'ConsentGiven', data: { purpose: 'NOT AN ID anna@example.org' } })
  assert.equal(said(event, 'en'), 'A fact that this version cannot describe (ConsentGiven).')
})
