// The decision table, fifth part: soft opt-in, legitimate interest, and the prospect’s clock.
import { gives, refuses, liftsObjection, contacts, buys } from '../given.ts'
import { consent, no, yes, threeYears, type Section } from './row.ts'

export const bases: Section[] = [
  {
    title: 'Soft opt-in',
    says: 'A sale by the same seller in a listed category, at which the address was collected and a refusal offered and not used (CPCE L34-5 al. 4).',
    rows: [
      {
        says: 'A sale as the law asks for it',
        given: [buys('2026-03-02')],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: yes('SOFT_OPT_IN', 1, threeYears, 'soft-opt-in'),
      },
      {
        says: 'An account without a purchase is not a customer',
        given: [contacts('2026-03-02', 'login')],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
      {
        says: 'Another seller',
        given: [buys('2026-03-02', { seller: 'campo-sas' })],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
      {
        says: 'Another category',
        given: [buys('2026-03-02', { category: 'tent' })],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
      {
        says: 'The address was not collected then',
        given: [buys('2026-03-02', { addressCollected: false })],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
      {
        says: 'No refusal was offered',
        given: [buys('2026-03-02', { offered: [] })],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
      {
        says: 'A refusal at a later sale ends what an earlier one carried, also when the DPO lifts the objection',
        given: [buys('2026-03-02'), buys('2026-03-04', { refused: ['similar'] }), liftsObjection('2026-03-05', 2)],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
      {
        says: 'The next sale carries again then',
        given: [buys('2026-03-01', { refused: ['similar'] }), liftsObjection('2026-03-01T13:00:00.000Z', 1), buys('2026-03-02')],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: yes('SOFT_OPT_IN', 3, threeYears, 'soft-opt-in'),
      },
      {
        says: 'A sale that was told after the mail does not justify it',
        given: [contacts('2026-03-01', 'visit'), buys('2026-03-20', { done: '2026-03-02' })],
        asked: { purpose: 'similar', at: '2026-03-09', knownAt: '2026-03-09' },
        answer: no('NO_SALE', null, 'soft-opt-in'),
      },
    ],
  },
  {
    title: 'Legitimate interest',
    says: 'Carries post, or professionals where the purpose says so, until objected (GDPR Art. 6(1)(f), rec. 47).',
    rows: [
      {
        says: 'Post to a consumer',
        given: [contacts('2026-03-02', 'visit')],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'E-mail to a professional',
        given: [contacts('2026-03-02', 'visit')],
        asked: { purpose: 'trade', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'That somebody is one is the word of the purpose: of the person nothing says so',
        given: [gives('2026-03-02', 'news')],
        asked: { purpose: 'trade', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'It rests on the person’s data having been collected: a no collects nothing',
        given: [refuses('2026-03-02', 'news')],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-09' },
        answer: no('UNKNOWN_SUBJECT', null, 'legitimate-interest'),
      },
      {
        says: 'Nor does a page’s word, which may name anybody',
        given: [gives('2026-03-02', 'news', { through: 'browser' })],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-09' },
        answer: no('UNKNOWN_SUBJECT', null, 'legitimate-interest'),
      },
      {
        says: 'A file does',
        given: [refuses('2026-03-01', 'news'), gives('2026-03-02', 'circle', { through: 'file' })],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 2, threeYears, 'legitimate-interest'),
      },
    ],
  },
  {
    title: 'The prospect’s clock',
    says: 'Where the purpose names one, and on legitimate interest without one by the profile: from collection or from the last contact by the person (CNIL 2021-131). An opened mail is no contact and cannot be recorded as one.',
    rows: [
      {
        says: 'Three years from the last contact',
        given: [contacts('2025-06-01', 'visit'), contacts('2026-03-02', 'click')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 2, threeYears, 'legitimate-interest'),
      },
      {
        says: 'One millisecond before its end it runs',
        given: [contacts('2026-03-02', 'click')],
        asked: { purpose: 'letters', channel: 'post', at: '2029-03-02T11:59:59.999Z' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'At its end it does not',
        given: [contacts('2026-03-02', 'click')],
        asked: { purpose: 'letters', channel: 'post', at: threeYears },
        answer: no('PROSPECT_LAPSED', 1, 'legitimate-interest'),
      },
      {
        says: 'On legitimate interest it is the profile’s where the purpose names none',
        given: [contacts('2025-06-01', 'visit'), contacts('2026-03-02', 'click')],
        asked: { purpose: 'flyers', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 2, threeYears, 'legitimate-interest'),
      },
      {
        says: 'And ends it in the same way',
        given: [contacts('2026-03-02', 'click')],
        asked: { purpose: 'flyers', channel: 'post', at: threeYears },
        answer: no('PROSPECT_LAPSED', 1, 'legitimate-interest'),
      },
      {
        says: 'From the day on which the profile has it (23 September 2021, midnight in Paris)',
        given: [contacts('2018-06-01', 'visit')],
        asked: { purpose: 'flyers', channel: 'post', at: '2021-09-01' },
        answer: yes('LEGITIMATE_INTEREST', 1, '2021-09-22T22:00:00.000Z', 'legitimate-interest'),
      },
      {
        says: 'On soft opt-in and consent it runs only where the purpose names it',
        given: [gives('2023-01-01', 'opens')],
        asked: { purpose: 'opens', at: '2026-03-09' },
        answer: consent(1),
      },
      {
        says: 'A contact after the end begins it anew',
        given: [contacts('2023-01-01', 'click'), contacts('2026-03-02', 'reply')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 2, threeYears, 'legitimate-interest'),
      },
      {
        says: 'Without contact it runs from collection, here by a request that nobody confirmed',
        given: [refuses('2025-06-01', 'news'), gives('2026-03-02', 'club')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 2, threeYears, 'legitimate-interest'),
      },
      {
        says: 'A no prolongs nothing',
        given: [contacts('2026-03-02', 'visit'), refuses('2026-06-01', 'news')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-06-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'A yes to another purpose does',
        given: [contacts('2025-06-01', 'visit'), gives('2026-03-02', 'news')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 2, threeYears, 'legitimate-interest'),
      },
      {
        says: 'A request that nobody confirmed does not',
        given: [contacts('2026-03-02', 'visit'), gives('2026-06-01', 'club')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-06-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'An imported yes counts from its own time',
        given: [gives('2026-06-01', 'circle', { through: 'file', done: '2026-03-02' })],
        asked: { purpose: 'circle', at: '2026-06-09' },
        answer: consent(1, threeYears),
      },
      {
        says: 'It runs on consent too',
        given: [gives('2023-01-01', 'circle')],
        asked: { purpose: 'circle', at: '2026-03-09' },
        answer: no('PROSPECT_LAPSED', 1),
      },
      {
        says: 'And on soft opt-in',
        given: [buys('2023-01-01')],
        asked: { purpose: 'similar', at: '2026-03-09' },
        answer: no('PROSPECT_LAPSED', 1, 'soft-opt-in'),
      },
    ],
  },
]
