// What stands on a server, whatever the ledger says of it: the double's own log, or everything as another client reads it.
import { EventStoreDBClient, START } from '@eventstore/db-client'
import type { JsonObject, Metadata, RecordedEvent } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import type { Part } from '../../conformance/view.ts'
import type { EventStoreDouble } from '../../harness/eventstoredb/index.ts'

/** Every event of clients, in the order of positions. */
export type Standing = () => RecordedEvent[] | Promise<RecordedEvent[]>

const isOwn = ({ stream, type }: { stream: string; type: string }): boolean => !stream.startsWith('$') && !type.startsWith('$')
const parsed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'))

/** Also while it is dead: what its disk holds. */
export const onDouble =
  (double: EventStoreDouble): Standing =>
  () =>
    double.recorded.filter(isOwn).map(({ id, type, stream, revision, position, data, metadata }) => ({
      id,
      type,
      stream,
      revision,
      position,
      data: parsed(data) as JsonObject,
      metadata: parsed(metadata) as Metadata,
    }))

/** A part of a real server. `url`: of the server itself, past everything that goes wrong before it. */
export const onServer = (url: string, { prefix, floor }: Part): { standing: Standing; close: () => Promise<void> } => {
  const client = EventStoreDBClient.connectionString(url)
  const fromPosition = floor === beginning ? START : { commit: floor, prepare: floor }
  const standing = async (): Promise<RecordedEvent[]> => {
    const events: RecordedEvent[] = []
    for await (const { event } of client.readAll({ fromPosition })) {
      if (event?.isJson !== true || !event.streamId.startsWith(prefix)) continue
      const { id, type, revision, position, data, metadata } = event
      const stream = event.streamId.slice(prefix.length)
      events.push({ id, type, stream, revision, position: position.commit, data: data as JsonObject, metadata: metadata as Metadata })
    }
    return events
  }
  const close = async (): Promise<void> => {
    // `dispose` leaves the line open.
    const channel = await client['getChannel']()
    await client.dispose()
    channel.close()
  }
  return { standing, close }
}
