// What a load balancer and a person are told is not ready yet.
import type { NotReady } from '@consent-ledger/edge'
import type { ProjectorProgress } from '@consent-ledger/projector'

/** Older than this, what was read of the store is no answer any more. */
const staleAfter = 5_000

/** `freshAt`: when the catalogue was last known whole, epoch ms. */
export const notReady = (now: number, freshAt: number, projector: ProjectorProgress): NotReady[] => [
  ...(now - freshAt > staleAfter
    ? [{ what: 'event store', why: 'The catalogue could not be read again: the event store does not answer.' }]
    : []),
  ...(projector.asOf === null
    ? [{ what: 'read model', why: 'It is being built from zero: lists that span subjects are not whole yet.' }]
    : []),
]
