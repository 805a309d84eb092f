// Answers about one subject: look-up, state, events, accesses.
import { z } from 'zod'
import { Id, Instant, ObjectionRow, RestrictionRow, StateRow } from '@consent-ledger/domain'
import { EventEnvelope } from '@consent-ledger/proof'
import { AfterNumber, Limit, ReportLanguage, Time } from './asked.ts'

const example = { subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d' }
const subjectId = z.string().meta({ examples: ['5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d'] })
const Uuid = z.uuid()

export const Identifier = z.strictObject({
  scheme: Id,
  value: z
    .string()
    .min(1)
    .max(500)
    .refine((text) => text.isWellFormed(), 'well-formed Unicode'),
})
const ByIdentifiers = z.strictObject({ identifiers: z.array(Identifier).min(1).max(10), controller: Id.optional() })
const ByReceipt = z.strictObject({ receiptId: Uuid })
const ByRequest = z.strictObject({ requestId: z.string().max(100) })
const ByCertificate = z.strictObject({ certificateId: z.string().max(100) })

export const Lookup = z.union([ByIdentifiers, ByReceipt, ByRequest, ByCertificate]).meta({
  description:
    'By identifiers, which never stand in an address, or by the id of a receipt. This version keeps no requests and no certificates.',
  examples: [{ identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] }],
})
export type ByIdentifiers = z.output<typeof ByIdentifiers>

/** `first`, `last`: when its stream began and was last written. `subjectId`: of the only one, else null. */
export const Found = z
  .strictObject({
    subjects: z.array(
      z.strictObject({
        subjectId,
        controller: Id,
        matched: z.array(z.string()),
        first: Instant,
        last: Instant,
        status: z.literal('active'),
      }),
    ),
    subjectId: subjectId.nullable(),
  })
  .meta({
    examples: [
      {
        subjects: [
          {
            subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
            controller: 'huttopia',
            matched: ['email'],
            first: '2026-11-22T10:42:05.201Z',
            last: '2026-11-22T10:42:05.201Z',
            status: 'active',
          },
        ],
        subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
      },
    ],
  })

export const StateAsked = z.strictObject({ at: Time.optional(), knownAt: Time.optional() })
export const State = z
  .strictObject({
    subjectId,
    at: Instant,
    knownAt: Instant,
    asOf: Instant,
    states: z.array(StateRow),
    objections: z.array(ObjectionRow),
    restrictions: z.array(RestrictionRow),
  })
  .meta({
    examples: [
      {
        ...example,
        at: '2026-11-23T00:00:00.000Z',
        knownAt: '2026-11-23T00:00:00.000Z',
        asOf: '2026-11-23T00:00:00.000Z',
        states: [
          {
            purpose: 'commercial-mail',
            channel: 'email',
            state: 'given',
            since: '2026-11-22T10:42:05.201Z',
            until: '2027-12-22T10:42:05.201Z',
            askAgainFrom: '2027-12-22T10:42:05.201Z',
            eventId: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
            notice: { id: 'newsletter-form', version: 1, language: 'fr' },
            objected: false,
          },
        ],
        objections: [],
        restrictions: [],
      },
    ],
  })

export const EventsAsked = z.strictObject({
  view: z.literal('plain').optional(),
  language: ReportLanguage.optional(),
  limit: Limit,
  after: AfterNumber,
})
/** Personal data stays sealed here: opening it takes a proof, which has a reason. `words` with `view=plain`. */
export const Events = z
  .strictObject({
    subjectId,
    stream: z.string(),
    lastRevision: z.string(),
    events: z.array(EventEnvelope.extend({ words: z.string().optional() })),
    next: z.string().nullable(),
  })
  .meta({ examples: [{ ...example, stream: `subject-${example.subjectId}`, lastRevision: '0', events: [], next: null }] })

export const PageAsked = z.strictObject({ limit: Limit, after: AfterNumber })
/** When and for what the file was consulted, newest first, and in which role; not by which employee (CJEU C-579/21). */
export const Accesses = z
  .strictObject({
    subjectId,
    accesses: z.array(z.strictObject({ at: Instant, role: z.string(), purpose: z.string() })),
    next: z.string().nullable(),
  })
  .meta({ examples: [{ ...example, accesses: [{ at: '2026-11-23T09:00:00.000Z', role: 'legal', purpose: 'proof' }], next: null }] })
