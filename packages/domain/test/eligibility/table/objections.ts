// The decision table, second part: objected.
import { gives, withdraws, objects, liftsObjection, contacts, changesPurpose, publishes, retires, buys } from '../given.ts'
import { consent, no, thirteenMonths, yes, type Section } from './row.ts'

export const objections: Section[] = [
  {
    title: 'Objected',
    says: 'An objection to direct marketing is absolute, whatever the basis (GDPR Art. 21(2)-(3)). A no to a marketing purpose on another basis than consent is one.',
    rows: [
      {
        says: 'An unsubscription from a purpose on legitimate interest is an objection',
        given: [contacts('2026-03-02', 'visit'), withdraws('2026-03-05', 'letters')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'An objection stops consent in force',
        given: [gives('2026-03-02', 'news'), objects('2026-03-05', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 2),
      },
      {
        says: 'Objection goes before the retirement of the purpose',
        given: [objects('2026-03-02', 'letters'), retires('2026-03-05', 'letters', '2026-03-06')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 1, 'legitimate-interest'),
      },
      {
        says: 'An import never lifts it',
        given: [objects('2026-03-02', 'news'), gives('2026-03-05', 'news', { through: 'file' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'A browser’s yes never lifts it',
        given: [objects('2026-03-02', 'news'), gives('2026-03-05', 'news', { through: 'browser' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'A later yes by the person lifts it',
        given: [objects('2026-03-01', 'news'), gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(2, thirteenMonths),
      },
      {
        says: 'On that channel only',
        given: [objects('2026-03-01', 'news'), gives('2026-03-02', 'news', { channels: ['sms'] })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'A yes from before it that arrives late lifts nothing',
        given: [objects('2026-03-05', 'news'), gives('2026-03-07', 'news', { done: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'At equal times the no wins',
        given: [objects('2026-03-05', 'news', { done: '2026-03-02' }), gives('2026-03-07', 'news', { done: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'The DPO lifts it, and consent from before counts again',
        given: [gives('2026-03-02', 'news'), objects('2026-03-05', 'news'), liftsObjection('2026-03-06', 2)],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'A lift ends all that were in force when it was decided',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'letters'),
          objects('2026-03-03', 'letters'),
          liftsObjection('2026-03-05', 3),
        ],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2029-03-01', 'legitimate-interest'),
      },
      {
        says: 'But none that is recorded later: a letter from before the lift that arrives after it',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'letters'),
          liftsObjection('2026-03-10', 2),
          objects('2026-03-12', 'letters', { done: '2026-03-05' }),
        ],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-20' },
        answer: no('OBJECTED', 4, 'legitimate-interest'),
      },
      {
        says: 'Without channels it is for those that come later too',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'trade'),
          changesPurpose('2026-03-05', 'trade', { channels: ['email', 'post'] }),
        ],
        asked: { purpose: 'trade', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'With channels it is for these',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'trade', { channels: ['email'] }),
          changesPurpose('2026-03-05', 'trade', { channels: ['email', 'post'] }),
        ],
        asked: { purpose: 'trade', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2029-03-01', 'legitimate-interest'),
      },
      {
        says: 'To marketing it is for every purpose, whenever that is published',
        given: [contacts('2026-03-01', 'visit'), objects('2026-03-02', 'marketing'), publishes('2026-03-05', 'parcels')],
        asked: { purpose: 'parcels', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'By mail alone it leaves post',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'marketing', { channels: ['email'] }),
          publishes('2026-03-05', 'parcels'),
        ],
        asked: { purpose: 'parcels', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2029-03-01', 'legitimate-interest'),
      },
      {
        says: 'Who withdraws all objects to all other marketing, whenever that is published',
        given: [gives('2026-03-01', 'news'), withdraws('2026-03-02', 'all'), publishes('2026-03-05', 'parcels')],
        asked: { purpose: 'parcels', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'A purpose of later that rests on consent is not to be had from a file',
        given: [withdraws('2026-03-02', 'all'), publishes('2026-03-05', 'bulletin'), gives('2026-03-06', 'bulletin', { through: 'file' })],
        asked: { purpose: 'bulletin', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'A withdrawal of all stays a withdrawal of each consent',
        given: [gives('2026-03-01', 'news'), withdraws('2026-03-02', 'all')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_WITHDRAWN', 2),
      },
      {
        says: 'After which a browser’s yes counts again, as after any withdrawal',
        given: [withdraws('2026-03-01', 'all'), gives('2026-03-02', 'news', { through: 'browser' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(2, thirteenMonths),
      },
      {
        says: 'After an objection to marketing it does not',
        given: [objects('2026-03-01', 'marketing'), gives('2026-03-02', 'news', { through: 'browser' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'A yes that is vouched for does, for its purpose and channels',
        given: [objects('2026-03-01', 'marketing'), gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(2, thirteenMonths),
      },
      {
        says: 'The DPO lifts it for the purposes on which it stands',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'marketing'),
          publishes('2026-03-05', 'parcels'),
          liftsObjection('2026-03-06', 2),
        ],
        asked: { purpose: 'parcels', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2029-03-01', 'legitimate-interest'),
      },
      {
        says: 'A purpose that another one measures is not touched',
        given: [gives('2026-03-02', 'news'), objects('2026-03-05', 'opens')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'Refused beside a sale',
        given: [buys('2026-03-02', { refused: ['similar'] })],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('OBJECTED', 1, 'soft-opt-in'),
      },
    ],
  },
]
