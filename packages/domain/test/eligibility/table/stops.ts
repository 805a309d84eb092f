// The decision table, first part: unknown, erased, restricted.
import { contacts, gives, refuses, objects, restricts, liftsRestriction, erases } from '../given.ts'
import { consent, no, thirteenMonths, type Section } from './row.ts'

export const stops: Section[] = [
  {
    title: 'Unknown',
    says: 'Of whom nothing had happened then, by what is known, nothing is allowed.',
    rows: [
      {
        says: 'Nobody of that name was ever recorded',
        given: [],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-09' },
        answer: no('UNKNOWN_SUBJECT', null, 'legitimate-interest'),
      },
      {
        says: 'Asked about a day before the person was first heard of',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-01' },
        answer: no('UNKNOWN_SUBJECT', null, 'legitimate-interest'),
      },
      {
        says: 'The first event was recorded after the time of knowledge',
        given: [gives('2026-03-09', 'news', { done: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-03-05', knownAt: '2026-03-05' },
        answer: no('UNKNOWN_SUBJECT', null),
      },
      {
        says: 'An act that arrives late makes the person known from when it was done',
        given: [refuses('2026-03-09', 'calls'), gives('2026-03-20', 'news', { done: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-03-05' },
        answer: consent(2, thirteenMonths),
      },
    ],
  },
  {
    title: 'Erased',
    says: 'After an erasure (GDPR Art. 17) nothing is allowed, whatever else holds.',
    rows: [
      {
        says: 'Erasure goes before consent in force',
        given: [gives('2026-03-02', 'news'), erases('2026-03-05')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('ERASED', 2),
      },
      {
        says: 'Erasure goes before restriction and objection',
        given: [objects('2026-03-02', 'letters'), restricts('2026-03-03', 'all'), erases('2026-03-05')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('ERASED', 3, 'legitimate-interest'),
      },
      {
        says: 'Before the erasure the mail was lawful',
        given: [gives('2026-03-02', 'news'), erases('2026-03-05')],
        asked: { purpose: 'news', at: '2026-03-04' },
        answer: consent(1, '2026-03-05'),
      },
    ],
  },
  {
    title: 'Restricted',
    says: 'Restricted data are stored, not used (GDPR Art. 18), but for consent that the person gives afterwards (Art. 18(2)).',
    rows: [
      {
        says: 'A restriction stops consent given before it',
        given: [gives('2026-03-02', 'news'), restricts('2026-03-05', 'all')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('RESTRICTED', 2),
      },
      {
        says: 'Restriction goes before objection',
        given: [objects('2026-03-02', 'letters'), restricts('2026-03-05', 'all')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('RESTRICTED', 2, 'legitimate-interest'),
      },
      {
        says: 'A restriction of one purpose leaves the others',
        given: [gives('2026-03-02', 'news'), restricts('2026-03-05', ['letters'])],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'A restriction of a purpose holds for what continues it',
        given: [gives('2026-03-02', 'letters-asked'), restricts('2026-03-05', ['letters'])],
        asked: { purpose: 'letters-asked', channel: 'post', at: '2026-03-09' },
        answer: no('RESTRICTED', 2),
      },
      {
        says: 'And for what it continues',
        given: [contacts('2026-03-02', 'visit'), restricts('2026-03-05', ['letters-asked'])],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('RESTRICTED', 2, 'legitimate-interest'),
      },
      {
        says: 'Consent that the person gives afterwards may be acted on',
        given: [gives('2026-03-01', 'news'), restricts('2026-03-01T13:00:00.000Z', 'all'), gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(3, thirteenMonths),
      },
      {
        says: 'But only for the purpose and channel that it names',
        given: [gives('2026-03-01', 'news'), restricts('2026-03-02', 'all'), gives('2026-03-05', 'news', { channels: ['sms'] })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('RESTRICTED', 2),
      },
      {
        says: 'An import is not the person’s consent',
        given: [restricts('2026-03-02', 'all'), gives('2026-03-05', 'news', { through: 'file' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('RESTRICTED', 1),
      },
      {
        says: 'Consent after the first restriction does not end a second one',
        given: [restricts('2026-03-02', 'all'), gives('2026-03-05', 'news'), restricts('2026-03-07', ['news'])],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('RESTRICTED', 3),
      },
      {
        says: 'A lift ends one restriction, not another',
        given: [
          gives('2026-03-01', 'news'),
          restricts('2026-03-02', 'all'),
          restricts('2026-03-03', ['news']),
          liftsRestriction('2026-03-05', 2),
        ],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('RESTRICTED', 3),
      },
      {
        says: 'Lifted, consent from before counts again',
        given: [gives('2026-03-02', 'news'), restricts('2026-03-03', 'all'), liftsRestriction('2026-03-05', 2)],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
    ],
  },
]
