// The envelope of every event (DESIGN §4): what is stored, sealed into a leaf and handed to an auditor.
import type { JsonObject } from './json.ts'

export type WriterKind = 'site' | 'operator' | 'import' | 'system'
/** Who stands behind a write: a site's server, a browser's key, a member of staff, a file, or the ledger itself. */
export type Trust = 'secret' | 'publishable' | 'operator' | 'imported' | 'system'
export type Writer = { kind: WriterKind; id: string; trust: Trust }

/** `recordedAt` grows strictly from act to act within a stream; all events of one act share it. RFC 3339, UTC, milliseconds. */
export type Metadata = { schemaVersion: number; recordedAt: string; writer: Writer; actId: string; causationId?: string }

/** A fact as decided, before it has a place: what decisions return. */
export type Fact = { type: string; data: JsonObject }

/** A fact ready to be appended. `id` is a lower-case UUID: event n of an act is UUIDv5(actId, n), with a word behind n where the act was taken up again. */
export type NewEvent = Fact & { id: string; metadata: Metadata }

/** A fact as read back. `revision`: place in its stream from 0n, contiguous. `position`: place in the store's global order; grows, has gaps. */
export type RecordedEvent = NewEvent & { stream: string; revision: bigint; position: bigint }

export const schemaVersion = 1
