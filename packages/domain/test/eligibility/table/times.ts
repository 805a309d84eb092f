// The decision table, last part: asked about the past, with what was known then or is known since.
import { gives, withdraws, objects, contacts, changesNotice, retires, buys } from '../given.ts'
import { consent, no, yes, thirteenMonths, type Section } from './row.ts'

export const times: Section[] = [
  {
    title: 'Was our mail lawful?',
    says: '`at` is when the mail was sent, `knownAt` when the list was made: acts and catalogue are cut to what was recorded by then.',
    rows: [
      {
        says: 'As known then: consent',
        given: [gives('2026-03-02', 'news'), withdraws('2026-03-20', 'news', { done: '2026-03-05' })],
        asked: { purpose: 'news', at: '2026-03-09', knownAt: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'As known since: withdrawn',
        given: [gives('2026-03-02', 'news'), withdraws('2026-03-20', 'news', { done: '2026-03-05' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_WITHDRAWN', 2),
      },
      {
        says: 'A yes recorded after the mail never justifies it',
        given: [contacts('2026-03-01', 'visit'), gives('2026-03-20', 'news', { done: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-03-09', knownAt: '2026-03-09' },
        answer: no('NO_CONSENT', null),
      },
      {
        says: 'What was recorded at that millisecond was known',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-02', knownAt: '2026-03-02' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'A later act ends the yes: `until` is its time',
        given: [gives('2026-03-02', 'news'), objects('2026-03-20', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, '2026-03-20'),
      },
      {
        says: 'A renewal before the end moves `until`',
        given: [gives('2025-06-02', 'news'), gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2025-06-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'So does a later contact, where a clock runs',
        given: [buys('2024-03-02'), contacts('2026-03-02', 'click')],
        asked: { purpose: 'letters', channel: 'post', at: '2024-06-01' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2029-03-02', 'legitimate-interest'),
      },
      {
        says: 'But not one after the end',
        given: [buys('2022-03-02'), contacts('2026-03-02', 'click')],
        asked: { purpose: 'letters', channel: 'post', at: '2024-06-01' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2025-03-02', 'legitimate-interest'),
      },
      {
        says: 'A notice published later was not known',
        given: [gives('2026-03-02', 'news'), changesNotice('2026-03-20', 'new-processing', '2026-03-05')],
        asked: { purpose: 'news', at: '2026-03-09', knownAt: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'By today’s knowledge it invalidates from its day',
        given: [gives('2026-03-02', 'news'), changesNotice('2026-03-20', 'new-processing', '2026-03-05')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_INVALIDATED', 1),
      },
      {
        says: 'A retirement decided later was not known',
        given: [gives('2026-03-02', 'news'), retires('2026-03-20', 'news', '2026-03-05')],
        asked: { purpose: 'news', at: '2026-03-09', knownAt: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'Before the purpose was published nothing of it was known',
        given: [contacts('2024-06-01', 'visit')],
        asked: { purpose: 'flyers', channel: 'post', at: '2024-12-01', knownAt: '2024-12-01' },
        answer: no('NOT_MARKETING', null, null),
      },
    ],
  },
]
