// docs/asyncapi.yaml: the topic of the eligibility feed and its records, for programs that read it (AsyncAPI 3.0), made from the schemas that the records are checked against.
import { AsOfRecord, ChangedRecord, topicName } from '@consent-ledger/projector'
import { stringify } from 'yaml'
import { z } from 'zod'

const example = {
  specversion: '1.0',
  id: '1795457748334.17',
  source: 'urn:uuid:6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11',
  type: 'marketing-eligibility.changed.v1',
  subject: 'f1ecebf45f5fc8261f7aca9ca42a29ca',
  time: '2026-11-23T18:15:50.171Z',
  datacontenttype: 'application/json',
  data: {
    controller: 'huttopia',
    subjectId: 'f1ecebf45f5fc8261f7aca9ca42a29ca',
    purpose: 'commercial-mail',
    channel: 'email',
    allowed: false,
    reason: 'CONSENT_WITHDRAWN',
    until: null,
    basis: 'consent',
    eventId: 'cfe648b9-91d3-5985-bda7-6ff49c018c2e',
    revision: '2',
    effectiveAt: '2026-11-23T18:15:50.171Z',
    cursor: '1795457748334.17',
    asOf: '2026-11-23T18:15:51.378Z',
  },
} satisfies z.input<typeof ChangedRecord>

const heartbeat = {
  specversion: '1.0',
  id: '1795457748334.17-3-1795457752000',
  source: example.source,
  time: example.data.asOf,
  datacontenttype: 'application/json',
  type: 'marketing-eligibility.as-of.v1',
  data: { cursor: example.data.cursor, asOf: example.data.asOf },
} satisfies z.input<typeof AsOfRecord>

const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7' })
  return rest
}

const key = (description: string) => ({ kafka: { key: { type: 'string', description }, bindingVersion: '0.5.0' } })
const contentType = 'application/cloudevents+json'

const messages = {
  changed: {
    name: 'marketing-eligibility.changed.v1',
    title: 'The verdict on one key from effectiveAt on',
    summary:
      'Newer is a later epoch of the cursor; within it a higher revision, or the same and a later effectiveAt. Whatever is not newer is to be dropped.',
    contentType,
    bindings: key('controller|subjectId|purpose|channel'),
    payload: { $ref: '#/components/schemas/Changed' },
    examples: [{ payload: example }],
  },
  asOf: {
    name: 'marketing-eligibility.as-of.v1',
    title: 'A partition is level: everything recorded up to asOf lies before this record',
    summary: 'Sent to each partition every ten seconds. A consumer whose oldest partition is older than it may act on must act on nothing.',
    contentType,
    bindings: key('as-of|<partition>'),
    payload: { $ref: '#/components/schemas/AsOf' },
    examples: [{ payload: heartbeat }],
  },
  ended: {
    name: 'tombstone',
    title: 'The end of a key: its subject was erased',
    summary: 'Comes after a change whose reason is ERASED. The value is null; the headers say what it is newer than.',
    bindings: key('controller|subjectId|purpose|channel'),
    headers: {
      type: 'object',
      required: ['revision', 'effectiveAt'],
      properties: { revision: { type: 'string', pattern: '^\\d+$' }, effectiveAt: { type: 'string', format: 'date-time' } },
    },
    payload: { type: 'null' },
  },
}

const refs = (base: string): Record<string, { $ref: string }> =>
  Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `${base}/${name}` }]))

/** As YAML, ends with a newline. */
export const asyncApiDocument = async (): Promise<string> =>
  stringify(
    {
      asyncapi: '3.0.0',
      info: {
        title: 'Consent Ledger: whom may we contact',
        version: '1.0.0',
        description:
          'The eligibility feed on Kafka. docs/feed.md says how it is read, and what happens in each outage. No record holds an identifier.',
        license: { name: 'Apache-2.0' },
      },
      defaultContentType: contentType,
      channels: {
        eligibility: {
          address: topicName,
          description:
            'Compacted: the newest record of each key is the state. One key is always in one partition (murmur2 of the key, as Kafka’s own clients choose).',
          messages: refs('#/components/messages'),
          bindings: { kafka: { topic: topicName, topicConfiguration: { 'cleanup.policy': ['compact'] }, bindingVersion: '0.5.0' } },
        },
      },
      operations: {
        tellEligibility: {
          action: 'send',
          channel: { $ref: '#/channels/eligibility' },
          messages: Object.values(refs('#/channels/eligibility/messages')),
        },
      },
      components: { messages, schemas: { Changed: schemaOf(ChangedRecord), AsOf: schemaOf(AsOfRecord) } },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
