// The decision table, second part: a no where one purpose continues another.
import { gives, refuses, dismisses, withdraws, objects, liftsObjection, contacts, publishes } from '../given.ts'
import { consent, no, threeYears, yes, type Section } from './row.ts'

export const continuations: Section[] = [
  {
    title: 'Objected where one purpose continues another',
    says: 'Marketing goes on under no other id: a no holds for what replaces its purpose, and for what its purpose replaces ([ADR 22](adr/0022-what-the-law-leaves-no-gap-for.md)).',
    rows: [
      {
        says: 'Who said no to a purpose starts objected in the one that replaces it',
        given: [objects('2026-03-02', 'letters')],
        asked: { purpose: 'letters-asked', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'Until they say yes to that one',
        given: [objects('2026-03-02', 'letters'), gives('2026-03-05', 'letters-asked')],
        asked: { purpose: 'letters-asked', channel: 'post', at: '2026-03-09' },
        answer: consent(2),
      },
      {
        says: 'Which does not lift it in the old one',
        given: [objects('2026-03-02', 'letters'), gives('2026-03-05', 'letters-asked')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 1, 'legitimate-interest'),
      },
      {
        says: 'A no to the purpose that continues another one closes that too: marketing goes on under no older id',
        given: [contacts('2026-03-01', 'visit'), refuses('2026-03-02', 'letters-asked')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'So does a withdrawal: consent that was taken back is not replaced by another basis',
        given: [gives('2026-03-01', 'letters-asked'), withdraws('2026-03-02', 'letters-asked')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'Until they say yes to the purpose that they had refused',
        given: [contacts('2026-02-01', 'visit'), refuses('2026-03-01', 'letters-asked'), gives('2026-03-02', 'letters-asked')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 3, threeYears, 'legitimate-interest'),
      },
      {
        says: 'Or the DPO lifts it where it stands as an objection',
        given: [contacts('2026-03-02', 'visit'), refuses('2026-03-05', 'letters-asked'), liftsObjection('2026-03-06', 2)],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'Which ends that no alone, not what they had said to the older purpose itself',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'letters'),
          refuses('2026-03-05', 'letters-asked'),
          liftsObjection('2026-03-10', 3),
        ],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-12' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'Nor what they had said to all marketing',
        given: [
          contacts('2026-03-01', 'visit'),
          objects('2026-03-02', 'marketing'),
          refuses('2026-03-05', 'letters-asked'),
          liftsObjection('2026-03-10', 3),
        ],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-12' },
        answer: no('OBJECTED', 2, 'legitimate-interest'),
      },
      {
        says: 'With it end those before it that were said to the same purpose',
        given: [
          contacts('2026-03-02', 'visit'),
          refuses('2026-03-05', 'letters-asked'),
          refuses('2026-03-06', 'letters-asked'),
          liftsObjection('2026-03-10', 3),
        ],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-12' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'A lift on the later purpose ends there what it inherits, not what was said to all marketing',
        given: [objects('2026-03-02', 'marketing'), objects('2026-03-05', 'letters'), liftsObjection('2026-03-10', 2)],
        asked: { purpose: 'letters-asked', channel: 'post', at: '2026-03-12' },
        answer: no('OBJECTED', 1),
      },
      {
        says: 'A question that was closed without an answer closes no older purpose',
        given: [contacts('2026-03-02', 'visit'), dismisses('2026-03-05', 'letters-asked')],
        asked: { purpose: 'letters', channel: 'post', at: '2026-03-09' },
        answer: yes('LEGITIMATE_INTEREST', 1, threeYears, 'legitimate-interest'),
      },
      {
        says: 'An older purpose that rests on consent of its own is closed by no refusal of the later one',
        given: [gives('2026-03-02', 'circle'), publishes('2026-03-03', 'circle-asked'), refuses('2026-03-05', 'circle-asked')],
        asked: { purpose: 'circle', at: '2026-03-09' },
        answer: consent(1, threeYears),
      },
      {
        says: 'But by a withdrawal',
        given: [gives('2026-03-02', 'circle'), publishes('2026-03-03', 'circle-asked'), withdraws('2026-03-05', 'circle-asked')],
        asked: { purpose: 'circle', at: '2026-03-09' },
        answer: no('OBJECTED', 3),
      },
      {
        says: 'And by an objection',
        given: [gives('2026-03-02', 'circle'), publishes('2026-03-03', 'circle-asked'), objects('2026-03-05', 'circle-asked')],
        asked: { purpose: 'circle', at: '2026-03-09' },
        answer: no('OBJECTED', 3),
      },
      {
        says: 'Until they say yes to the older one again',
        given: [publishes('2026-02-03', 'circle-asked'), withdraws('2026-02-05', 'circle-asked'), gives('2026-03-02', 'circle')],
        asked: { purpose: 'circle', at: '2026-03-09' },
        answer: consent(3, threeYears),
      },
      {
        says: 'Of two purposes that continue the same one, a no to one says nothing about the other',
        given: [
          publishes('2026-03-01', 'cards-asked'),
          gives('2026-03-02', 'cards-asked', { through: 'file' }),
          refuses('2026-03-05', 'letters-asked'),
        ],
        asked: { purpose: 'cards-asked', channel: 'post', at: '2026-03-09' },
        answer: consent(2),
      },
    ],
  },
]
