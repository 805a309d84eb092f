// What the server really lets the ledger's account do, found out by trying. Each attempt names a revision that no stream has: one that is not refused changes nothing.
import { ErrorType, type EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { OperationsClient } from '@eventstore/db-client/generated/operations_grpc_pb.js'
import operations from '@eventstore/db-client/generated/operations_pb.js'
import { permissionDenied, unauthenticated } from '../errors.ts'
import type { Credentials } from './account.ts'
import { hasType, isDenied } from './refusals.ts'
import { rules } from './rules.ts'

/** Further than any stream will ever reach. */
const expectedRevision = 2n ** 60n
const stream = 'ledger'

type Attempt = { what: string; may: boolean; attempt: (client: EventStoreDBClient, credentials: Credentials) => Promise<unknown> }

const append =
  (to: string): Attempt['attempt'] =>
  (client, credentials) =>
    client.appendToStream(to, jsonEvent({ type: 'Attempt', data: {} }), { expectedRevision, credentials })

const stopScavenge: Attempt['attempt'] = (client, credentials) =>
  client['execute'](OperationsClient, 'stopScavenge', (service) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const options = new operations.StopScavengeReq.Options().setScavengeId('none')
    const request = new operations.StopScavengeReq().setOptions(options)
    // The server's answer to whoever may do it is that there is none such: an error that the client cannot even read.
    const refused = (error: Error & { code?: number }): boolean => error.code === permissionDenied || error.code === unauthenticated
    service.stopScavenge(request, ...client['callArguments']({ credentials }), (error) =>
      error && refused(error) ? reject(error) : resolve(),
    )
    return promise
  })

const attempts: readonly Attempt[] = [
  { what: 'add to streams', may: true, attempt: append(stream) },
  {
    what: 'read everything',
    may: true,
    attempt: async (client, credentials) => {
      for await (const _ of client.readAll({ maxCount: 1, credentials }));
    },
  },
  { what: 'delete a stream', may: false, attempt: (client, credentials) => client.deleteStream(stream, { expectedRevision, credentials }) },
  {
    what: 'tombstone a stream',
    may: false,
    attempt: (client, credentials) => client.tombstoneStream(stream, { expectedRevision, credentials }),
  },
  {
    what: 'truncate a stream by its metadata',
    may: false,
    attempt: (client, credentials) => client.setStreamMetadata(stream, { maxCount: 1 }, { expectedRevision, credentials }),
  },
  ...rules.map((document) => ({ what: `change the ${document.name}`, may: false, attempt: append(document.stream) })),
  { what: 'work on scavenges', may: false, attempt: stopScavenge },
]

const isAllowed = async ({ attempt }: Attempt, client: EventStoreDBClient, credentials: Credentials): Promise<boolean> => {
  try {
    await attempt(client, credentials)
    return true
  } catch (error) {
    if (isDenied(error)) return false
    // It got past the access rules and failed at what it named, which is not there.
    if (hasType(error, ErrorType.WRONG_EXPECTED_VERSION)) return true
    throw error
  }
}

/** What is not as it must be, in words such as `may delete a stream`; [] when the account can add and read and nothing else. */
export const findFaults = async (client: EventStoreDBClient, credentials: Credentials): Promise<string[]> => {
  const faults: string[] = []
  for (const attempt of attempts)
    if ((await isAllowed(attempt, client, credentials)) !== attempt.may) faults.push(`${attempt.may ? 'may not' : 'may'} ${attempt.what}`)
  return faults
}
