// One event of a dossier: its exact bytes, read in the one way in which they can be read, and held against the place where they lie.
import {
  controllerEvents,
  Instant,
  leafBytes,
  ledgerEvents,
  maximumLeaf,
  subjectEvents,
  Uuid,
  type RecordedEvent,
} from '@consent-ledger/domain'
import { z } from 'zod'
import type { Place } from '../dossier/format.ts'
import { VerifyError } from './finding.ts'
import { readText } from './form.ts'

const Writer = z.strictObject({
  kind: z.enum(['site', 'operator', 'import', 'system']),
  id: z.string(),
  trust: z.enum(['secret', 'publishable', 'operator', 'imported', 'system']),
})

/** The leaf: `domain/leaf.ts` says how it is made. */
const Leaf = z.strictObject({
  v: z.literal(1),
  id: Uuid,
  type: z.string().regex(/^[A-Z][A-Za-z]{0,62}$/),
  stream: z.string().regex(/^[a-z][a-z0-9-]{0,127}$/),
  revision: z.string().regex(/^(0|[1-9]\d{0,18})$/),
  data: z.record(z.string(), z.json()),
  metadata: z.strictObject({
    schemaVersion: z.int(),
    recordedAt: Instant,
    writer: Writer,
    actId: Uuid,
    causationId: z.string().optional(),
  }),
})

/** An event as its leaf tells it; it has no place in a store any more. */
export type LeafEvent = Omit<RecordedEvent, 'position'>

/** Reads the bytes of a leaf: RFC 8785 to the letter. Errors: LEAF_MALFORMED, FILE_MALFORMED. */
export const readLeaf = (bytes: Uint8Array, where: string): LeafEvent => {
  const malformed = (cause?: unknown): VerifyError => new VerifyError('LEAF_MALFORMED', where, undefined, { cause })
  if (bytes.length > maximumLeaf) throw malformed()
  const text = readText(bytes, where)
  try {
    const { revision, metadata, ...leaf } = Leaf.parse(JSON.parse(text))
    const { causationId, ...always } = metadata
    const event = { ...leaf, revision: BigInt(revision), metadata: causationId === undefined ? always : { ...always, causationId } }
    // Whatever another spelling says, or the schema let pass: the event that goes on from here makes these bytes and no others.
    if (Buffer.compare(leafBytes(event), bytes) !== 0) throw malformed()
    return event
  } catch (error) {
    throw error instanceof VerifyError ? error : malformed(error)
  }
}

const schemasOf = (stream: string): Readonly<Record<string, z.ZodType>> => {
  if (stream.startsWith('subject-')) return subjectEvents
  return stream.startsWith('controller-') ? controllerEvents : ledgerEvents
}

/** Demands that the fold knows this event: type, version and shape of its data. Errors: LEAF_UNKNOWN, LEAF_MALFORMED. */
export const demandKnown = ({ type, stream, data, metadata }: LeafEvent, where: string): void => {
  const schemas = schemasOf(stream)
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined
  if (schema === undefined || metadata.schemaVersion !== 1) throw new VerifyError('LEAF_UNKNOWN', where)
  const read = schema.safeParse(data)
  if (!read.success) throw new VerifyError('LEAF_MALFORMED', where, undefined, { cause: read.error })
}

/** Demands that the event is the one of this place. Errors: LEAF_MISPLACED. */
export const demandPlace = (event: LeafEvent, place: Place, where: string): void => {
  if (event.stream === place.stream && event.revision === place.revision) return
  throw new VerifyError(
    'LEAF_MISPLACED',
    where,
    `This should be event ${place.revision} of ${place.stream}; it says itself that it is event ${event.revision} of ${event.stream}.`,
  )
}

/** The event as the fold takes it; `position` is a store's own business, and a dossier knows no store. */
export const asRecorded = (event: LeafEvent): RecordedEvent => ({ ...event, position: 0n })
