// Places in a stream found by halving, without reading it whole: the stream of heads grows by one or two events a second.
import { LedgerError, treeHeadsStream, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type StreamReader } from '@consent-ledger/eventstore'

/** The smallest number above `below` for which `reached` holds. It holds for every number from there on. */
const firstReached = async (below: bigint, reached: (n: bigint) => Promise<boolean>): Promise<bigint> => {
  let [low, step] = [below, 1n]
  while (!(await reached(low + step))) [low, step] = [low + step, step * 2n]
  return halved(low, low + step, reached)
}

/** The smallest number above `below` and up to `above` for which `reached` holds. It holds for `above`, and for none up to `below`. */
export const halved = async (below: bigint, above: bigint, reached: (n: bigint) => Promise<boolean>): Promise<bigint> => {
  let [low, high] = [below, above]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (await reached(middle)) high = middle
    else low = middle
  }
  return high
}

/** The event at this revision, if there is one. */
export const eventAt = async (store: StreamReader, stream: string, revision: bigint): Promise<RecordedEvent | undefined> =>
  (await store.readStream(stream, { after: revision - 1n, limit: 1 }))[0]

/** Last revision of a stream, `beginning` if it has no event. `atLeast`: one that it is known to have. Asks the store a number of times that grows with the logarithm of the rest. */
export const lastRevisionOf = async (store: StreamReader, stream: string, atLeast: bigint = beginning): Promise<bigint> =>
  (await firstReached(atLeast, async (revision) => (await eventAt(store, stream, revision)) === undefined)) - 1n

/** What is in the stream of heads is none. */
export const strange = (revision: bigint): LedgerError =>
  new LedgerError('LOG_DISAGREES', `Revision ${revision} of ${treeHeadsStream} is not a head of the log`)

/** Size of the tree that an event of the stream of heads names: both kinds do, and sizes never fall along the stream. Errors: LOG_DISAGREES. */
export const sizeOf = ({ data, revision }: RecordedEvent): bigint => {
  const size = data['size']
  if (typeof size !== 'string' || !/^\d{1,19}$/.test(size)) throw strange(revision)
  return BigInt(size)
}
