// The decision table, fourth part: consent.
import { gives, refuses, withdraws, confirms, contacts, changesNotice, changesPurpose, publishes } from '../given.ts'
import { consent, no, thirteenMonths, type Section } from './row.ts'

export const consents: Section[] = [
  {
    title: 'Consent',
    says: 'Given or renewed, not expired, not invalidated, confirmed where the purpose asks for it, on this channel (GDPR Art. 4(11), 6(1)(a), 7; CPCE L34-5).',
    rows: [
      {
        says: 'Nobody asked',
        given: [contacts('2026-03-02', 'visit')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('NO_CONSENT', null),
      },
      {
        says: 'Given',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'Refused',
        given: [refuses('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_REFUSED', 1),
      },
      {
        says: 'Withdrawn',
        given: [gives('2026-03-02', 'news'), withdraws('2026-03-05', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_WITHDRAWN', 2),
      },
      {
        says: 'Given again after a withdrawal',
        given: [withdraws('2026-03-01', 'news'), gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(2, thirteenMonths),
      },
      {
        says: 'A yes that arrives late never lifts a later withdrawal',
        given: [withdraws('2026-03-05', 'news'), gives('2026-03-07', 'news', { done: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_WITHDRAWN', 1),
      },
      {
        says: 'A withdrawal that arrives late counts from when it was said',
        given: [gives('2026-03-02', 'news'), withdraws('2026-03-20', 'news', { done: '2026-03-05' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_WITHDRAWN', 2),
      },
      {
        says: 'An import never lifts a withdrawal',
        given: [withdraws('2026-03-02', 'news'), gives('2026-03-05', 'news', { through: 'file' })],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: no('CONSENT_WITHDRAWN', 1),
      },
      {
        says: 'The end is exclusive: one millisecond before it consent holds',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2027-04-02T10:59:59.999Z' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'At it, it does not',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: thirteenMonths },
        answer: no('CONSENT_EXPIRED', 1),
      },
      {
        says: 'A renewal moves the end',
        given: [gives('2025-06-02', 'news'), gives('2026-03-02', 'news')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(2, thirteenMonths),
      },
      {
        says: 'Consent to calls holds one year at most since 11 August 2026',
        given: [gives('2026-09-01', 'calls')],
        asked: { purpose: 'calls', channel: 'phone', at: '2026-09-02' },
        answer: consent(1, '2027-09-01'),
      },
      {
        says: 'Also consent from before that day: day D is judged by D’s rules',
        given: [gives('2026-08-01', 'calls')],
        asked: { purpose: 'calls', channel: 'phone', at: '2026-08-02' },
        answer: consent(1, '2027-08-01'),
      },
      {
        says: 'Consent older than a year ends with the first hour of that day in Paris',
        given: [gives('2025-03-02', 'calls')],
        asked: { purpose: 'calls', channel: 'phone', at: '2026-08-10T21:59:59.999Z' },
        answer: consent(1, '2026-08-10T22:00:00.000Z'),
      },
      {
        says: 'And is expired then',
        given: [gives('2025-03-02', 'calls')],
        asked: { purpose: 'calls', channel: 'phone', at: '2026-08-10T22:00:00.000Z' },
        answer: no('CONSENT_EXPIRED', 1),
      },
      {
        says: 'New processing in the notice invalidates it from the start of its day',
        given: [gives('2026-03-02', 'news'), changesNotice('2026-03-05', 'new-processing', '2026-04-01')],
        asked: { purpose: 'news', at: '2026-03-31T22:00:00.000Z' },
        answer: no('CONSENT_INVALIDATED', 1),
      },
      {
        says: 'Until then it holds',
        given: [gives('2026-03-02', 'news'), changesNotice('2026-03-05', 'new-processing', '2026-04-01')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, '2026-03-31T22:00:00.000Z'),
      },
      {
        says: 'Consent from a file, of which nobody knows the notice, ends with it too, whatever notice shows the purpose',
        given: [gives('2026-03-02', 'news', { through: 'file' }), changesNotice('2026-03-05', 'new-processing', '2026-04-01')],
        asked: { purpose: 'news', at: '2026-03-31T22:00:00.000Z' },
        answer: no('CONSENT_INVALIDATED', 1),
      },
      {
        says: 'Also where it was recorded after that day, but was given before it',
        given: [
          changesNotice('2026-03-05', 'new-processing', '2026-04-01'),
          gives('2026-06-01', 'news', { through: 'file', done: '2026-03-02' }),
        ],
        asked: { purpose: 'news', at: '2026-06-09' },
        answer: no('CONSENT_INVALIDATED', 2),
      },
      {
        says: 'Given since, it holds',
        given: [
          changesNotice('2026-03-05', 'new-processing', '2026-03-06'),
          gives('2026-06-01', 'circle', { through: 'file', done: '2026-05-02' }),
        ],
        asked: { purpose: 'circle', at: '2026-06-09' },
        answer: consent(2, '2029-05-02'),
      },
      {
        says: 'A material change leaves that, and so does the first version of a notice, which replaces nothing',
        given: [
          gives('2026-03-02', 'circle', { through: 'file', done: '2024-06-01' }),
          changesNotice('2026-03-05', 'material', '2026-03-06'),
        ],
        asked: { purpose: 'circle', at: '2026-03-09' },
        answer: consent(1, '2027-06-01'),
      },
      {
        says: 'A notice that does not show the purpose says nothing about it',
        given: [
          gives('2026-03-02', 'news', { through: 'file' }),
          changesNotice('2026-03-05', 'new-processing', '2026-03-06', 'booking-form'),
        ],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'The first version of a notice that shows the purpose takes the place of nothing that they could have read',
        given: [
          publishes('2026-03-01', 'bulletin'),
          gives('2026-03-02', 'bulletin', { through: 'file' }),
          changesNotice('2026-03-05', 'new-processing', '2026-03-06', 'booking-form', ['booking', 'bulletin']),
        ],
        asked: { purpose: 'bulletin', at: '2026-03-09' },
        answer: consent(2),
      },
      {
        says: 'The next one does',
        given: [
          publishes('2026-03-01', 'bulletin'),
          gives('2026-03-02', 'bulletin', { through: 'file' }),
          changesNotice('2026-03-05', 'material', '2026-03-06', 'booking-form', ['booking', 'bulletin']),
          changesNotice('2026-03-07', 'new-processing', '2026-03-08', 'booking-form'),
        ],
        asked: { purpose: 'bulletin', at: '2026-03-09' },
        answer: no('CONSENT_INVALIDATED', 2),
      },
      {
        says: 'Consent from a file that does not say when it was given is no younger than the file',
        given: [gives('2026-06-01', 'news', { through: 'file', exported: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-06-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'Brought in again it gets no younger',
        given: [
          gives('2026-06-01', 'news', { through: 'file', exported: '2026-03-01' }),
          gives('2027-04-01', 'news', { through: 'file', exported: '2026-03-02' }),
        ],
        asked: { purpose: 'news', at: '2027-04-03' },
        answer: no('CONSENT_EXPIRED', 2),
      },
      {
        says: 'And does not escape new processing from before it was recorded',
        given: [
          changesNotice('2026-03-05', 'new-processing', '2026-04-01'),
          gives('2026-06-01', 'news', { through: 'file', exported: '2026-03-02' }),
        ],
        asked: { purpose: 'news', at: '2026-06-09' },
        answer: no('CONSENT_INVALIDATED', 2),
      },
      {
        says: 'A no from a file that does not say when is as young as it came',
        given: [gives('2026-03-05', 'news'), refuses('2026-06-01', 'news', { through: 'file', exported: '2026-03-02' })],
        asked: { purpose: 'news', at: '2026-06-09' },
        answer: no('CONSENT_REFUSED', 2),
      },
      {
        says: 'An editorial change leaves it',
        given: [gives('2026-03-02', 'news'), changesNotice('2026-03-05', 'editorial', '2026-03-06')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'A material change leaves it',
        given: [gives('2026-03-02', 'news'), changesNotice('2026-03-05', 'material', '2026-03-06')],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'Double opt-in: asked for, not confirmed',
        given: [gives('2026-03-02', 'club')],
        asked: { purpose: 'club', at: '2026-03-09' },
        answer: no('NOT_CONFIRMED', 1),
      },
      {
        says: 'Confirmed',
        given: [gives('2026-03-02', 'club'), confirms('2026-03-03', 1)],
        asked: { purpose: 'club', at: '2026-03-09' },
        answer: consent(2),
      },
      {
        says: 'Between the request and its confirmation it did not count',
        given: [gives('2026-03-02', 'club'), confirms('2026-03-04', 1)],
        asked: { purpose: 'club', at: '2026-03-03' },
        answer: no('NOT_CONFIRMED', 1),
      },
      {
        says: 'A request does not end consent in force',
        given: [
          gives('2026-03-02', 'news'),
          changesPurpose('2026-03-03', 'news', { confirmation: 'double-opt-in' }),
          gives('2026-03-05', 'news'),
        ],
        asked: { purpose: 'news', at: '2026-03-09' },
        answer: consent(1, thirteenMonths),
      },
      {
        says: 'Consent by e-mail does not cover text messages',
        given: [gives('2026-03-02', 'news', { channels: ['email'] })],
        asked: { purpose: 'news', channel: 'sms', at: '2026-03-09' },
        answer: no('CHANNEL_NOT_COVERED', 1),
      },
      {
        says: 'What was said about this channel is told first',
        given: [gives('2026-03-02', 'news', { channels: ['email'] }), refuses('2026-03-03', 'news', { channels: ['sms'] })],
        asked: { purpose: 'news', channel: 'sms', at: '2026-03-09' },
        answer: no('CONSENT_REFUSED', 2),
      },
      {
        says: 'Consent to receive is not consent to be measured',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'opens', at: '2026-03-09' },
        answer: no('NO_CONSENT', null),
      },
    ],
  },
]
