// The decision table, third part: the purpose, and what the regulator profile says of its basis.
import { gives, withdraws, links, contacts, changesPurpose, retires, hasNoProfile, buys } from '../given.ts'
import { consent, no, yes, thirteenMonths, type Section } from './row.ts'

export const purposes: Section[] = [
  {
    title: 'Retired, or not marketing',
    says: 'A retired purpose is used no more from the start of its day in the controller’s zone; a purpose that is not marketing, or was never published, allows no marketing.',
    rows: [
      {
        says: 'In the last millisecond before its day it is not retired',
        given: [gives('2026-03-02', 'news'), retires('2026-03-05', 'news', '2026-06-01')],
        asked: { purpose: 'news', at: '2026-05-31T21:59:59.999Z' },
        answer: consent(1, '2026-05-31T22:00:00.000Z'),
      },
      {
        says: 'From the start of its day (midnight in Paris) it is',
        given: [gives('2026-03-02', 'news'), retires('2026-03-05', 'news', '2026-06-01')],
        asked: { purpose: 'news', at: '2026-05-31T22:00:00.000Z' },
        answer: no('PURPOSE_RETIRED', null),
      },
      {
        says: 'Retirement goes before what the person said',
        given: [withdraws('2026-03-02', 'news'), retires('2026-03-05', 'news', '2026-03-06')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('PURPOSE_RETIRED', null),
      },
      {
        says: 'Contract for a stay is not marketing',
        given: [buys('2026-03-02')],
        asked: { purpose: 'booking', at: '2026-03-09' },
        answer: no('NOT_MARKETING', null, 'contract'),
      },
      {
        says: 'What nobody published is not marketing',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'invented', at: '2026-03-09' },
        answer: no('NOT_MARKETING', null, null),
      },
      {
        says: 'A new version is no marketing any more',
        given: [gives('2026-03-02', 'news'), changesPurpose('2026-03-05', 'news', { marketing: false })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('NOT_MARKETING', null),
      },
      {
        says: 'Which ends the yes from before when it was published',
        given: [gives('2026-03-02', 'news'), changesPurpose('2026-03-05', 'news', { marketing: false })],
        asked: { purpose: 'news', at: '2026-03-04' },
        answer: consent(1, '2026-03-05'),
      },
    ],
  },
  {
    title: 'Basis, channel, date',
    says: 'The regulator profile lists which basis carries which channel to whom, from which day to which. What it does not list is not allowed.',
    rows: [
      {
        says: 'Contract never makes anybody eligible',
        given: [buys('2026-03-02')],
        asked: { purpose: 'bonus', at: '2026-03-09' },
        answer: no('BASIS_NEVER_MARKETING', null, 'contract'),
      },
      {
        says: 'Legitimate interest does not carry e-mail to a consumer',
        given: [contacts('2026-03-02', 'visit')],
        asked: { purpose: 'letters', at: '2026-03-09' },
        answer: no('BASIS_NOT_FOR_CHANNEL', null, 'legitimate-interest'),
      },
      {
        says: 'It carried calls until 11 August 2026',
        given: [contacts('2026-03-02', 'visit')],
        asked: { purpose: 'phoning', channel: 'phone', at: '2026-08-10T21:59:59.999Z' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2026-08-10T22:00:00.000Z', 'legitimate-interest'),
      },
      {
        says: 'From the start of that day in Paris it does not',
        given: [contacts('2026-03-02', 'visit')],
        asked: { purpose: 'phoning', channel: 'phone', at: '2026-08-10T22:00:00.000Z' },
        answer: no('BASIS_NOT_FOR_CHANNEL', null, 'legitimate-interest'),
      },
      {
        says: 'Without a profile nothing is allowed',
        given: [gives('2026-03-02', 'news'), hasNoProfile('2026-03-03')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('BASIS_NOT_FOR_CHANNEL', null),
      },
      {
        says: 'The purpose itself must have the channel',
        given: [gives('2026-03-02', 'opens')],
        asked: { purpose: 'opens', channel: 'sms', at: '2026-03-09' },
        answer: no('CHANNEL_NOT_COVERED', null),
      },
      {
        says: 'A new version dropped the channel',
        given: [gives('2026-03-02', 'news'), changesPurpose('2026-03-05', 'news', { channels: ['email'] })],
        asked: { purpose: 'news', channel: 'sms', at: '2026-03-09' },
        answer: no('CHANNEL_NOT_COVERED', null),
      },
      {
        says: 'A link to a device changes nothing',
        given: [gives('2026-03-02', 'news'), links('2026-03-05')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
    ],
  },
]
