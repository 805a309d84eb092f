// A list of addresses checked at once: what is asked, what comes back, and what shows it afterwards.
import { z } from 'zod'
import { Channel, FeedCursor, Id, Instant, Sha256Hex, Uuid } from '@consent-ledger/domain'
import { ScrubProof } from '@consent-ledger/proof'
import { Limit } from './asked.ts'

const exampleId = '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d'
const scrubId = '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10'
const hash = 'a'.repeat(64)
const asOf = '2026-11-23T09:00:00.000Z'
const lines = (...values: object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

export const ScrubAsked = z.strictObject({
  purpose: Id,
  channel: Channel,
  controller: Id.optional(),
  recipient: Id.optional().meta({
    description:
      'The downstream system that will write to these people, which the catalogue names for this purpose and channel alone: once the answer was taken the scrub counts as its acknowledgement of the feed. For `marketing` and `dpo`.',
  }),
})

/** A stream, which no schema reads: the handler does. */
export const ScrubLines = z.unknown().meta({
  type: 'string',
  description:
    'One `{ "scheme", "value" }` a line, of any number, packed with gzip or not (`Content-Encoding`). A line of at most 4 KiB; an empty one is passed over and counted.',
  examples: [
    lines(
      { scheme: 'email', value: 'anna.martin@example.org' },
      { scheme: 'email', value: 'nobody@example.org' },
      { scheme: 'email', value: 'nobody' },
    ),
  ],
})

const done = { count: 3, inputSha256: hash, outputSha256: hash, asOf, cursor: '1.42' }
export const ScrubAnswer = {
  description:
    'A line for each line, in the order of the input; what cannot be read is named by its number and stops nothing. The last line has the signed token: without it the list is not whole.',
  content: {
    'application/x-ndjson': {
      schema: z.string().meta({
        examples: [
          lines(
            { line: 1, subjectId: exampleId, allowed: true, reason: 'CONSENT_GIVEN', until: '2027-12-22T10:42:05.201Z' },
            { line: 2, subjectId: null, allowed: false, reason: 'UNKNOWN_SUBJECT', until: null },
            { line: 3, error: { code: 'IDENTIFIER_INVALID', pointer: '/value', rule: 'email' } },
            { id: scrubId, token: 'ledger.example.org/statements\nconsent-ledger scrub v1\n…', nonce: hash, ...done, lagMs: 41_207 },
          ),
        ],
      }),
    },
  },
}

export const ScrubsAsked = z.strictObject({
  controller: Id.optional(),
  limit: Limit,
  after: Uuid.optional().meta({ description: '`next` of the page before.' }),
})

/** The hashes are salted: without the nonce of the last line nobody can tell by them which list it was. */
const Scrub = z.strictObject({
  id: Uuid,
  recordedAt: Instant,
  operator: z.string(),
  purpose: Id,
  channel: Channel,
  recipient: Id.nullable(),
  count: z.int(),
  allowed: z.int(),
  cutOff: z
    .boolean()
    .meta({ description: 'The answer has no last line: counts and hashes are of what was answered before, and there is no token.' }),
  inputSha256: Sha256Hex,
  outputSha256: Sha256Hex,
  asOf: Instant,
  cursor: FeedCursor,
})

export const Scrubs = z
  .strictObject({ controller: Id, scrubs: z.array(Scrub), next: Uuid.nullable(), asOf: Instant.nullable(), lagMs: z.int().nullable() })
  .meta({
    examples: [
      {
        controller: 'huttopia',
        scrubs: [
          {
            id: scrubId,
            recordedAt: asOf,
            operator: '6d1f0b1e-2b1c-4c3e-8d8e-0b5a2f9b6c11',
            purpose: 'commercial-mail',
            channel: 'email',
            recipient: null,
            allowed: 1,
            cutOff: false,
            ...done,
          },
        ],
        next: null,
        asOf,
        lagMs: 400,
      },
    ],
  })

export const OfScrub = z.strictObject({ scrubId: z.string() })
export const ScrubProofAsked = z.strictObject({ controller: Id.optional() })

export const ScrubProofAnswer = ScrubProof.meta({
  description: 'What `ledger-verify scrub` reads: leaves with their paths, under the first published head that covers the scrub.',
  examples: [
    {
      scrubId,
      events: [
        {
          id: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
          type: 'ScrubPerformed',
          stream: 'controller-huttopia',
          revision: '41',
          leaf: '{"data":{…},"id":"7f1f5b0e-…","metadata":{…},"revision":"41","stream":"controller-huttopia","type":"ScrubPerformed","v":1}',
          leafIndex: '4711',
          proof: 'c2sp.org/tlog-proof@v1\nindex 4711\n…',
        },
      ],
      treeHead: 'ledger.example.org\n4712\nq6y5k6vyVOiBXAxmVFN0w7ysgwDPrB6CqJzZ7wI7Fp8=\n\n— ledger.example.org Az3grlX…\n',
      consistency: { from: {} },
    },
  ],
})
