// Where each downstream system stands: what it said that it has applied, and the stops that it has not.
import {
  appliedTo,
  downstreamSystems,
  refuse,
  waitsSince,
  type Catalogue,
  type DownstreamSystem,
  type FeedPlace,
  type LedgerError,
  type Role,
} from '@consent-ledger/domain'
import type { Acknowledgement } from '@consent-ledger/readmodel'
import type { ReportsDeps } from './deps.ts'

/** Stops not yet applied; `since`: epoch ms since when the oldest of them waits, null if there is none. */
export type Pending = { count: number; since: number | null }
/** `last`: null where it never said anything. */
export type SystemStanding = { system: DownstreamSystem; last: Acknowledgement | null; pending: Pending }

type Reader = Pick<ReportsDeps, 'readModel' | 'clock'>

/** Who may say how far a downstream system is: by a word of its own, or by a scrub. */
export const acknowledgers: readonly Role[] = ['marketing', 'admin', 'dpo']

/** No purpose of a catalogue names such a recipient. `at`: where it was named, an RFC 6901 pointer. */
export const noSuchSystem = (at: string): LedgerError =>
  refuse('NOT_FOUND', at, 'known', 'No purpose of the catalogue names such a recipient.')

/** The system of that id; undefined if the catalogue has none. `now`: epoch ms. */
export const findSystem = (catalogue: Catalogue, id: string, now: number): DownstreamSystem | undefined =>
  downstreamSystems(catalogue, now).find((system) => system.id === id)

/** As `findSystem`. Errors: NOT_FOUND, as of `noSuchSystem`. */
export const systemOf = (catalogue: Catalogue, id: string, now: number, at: string): DownstreamSystem => {
  const system = findSystem(catalogue, id, now)
  if (system === undefined) throw noSuchSystem(at)
  return system
}

const pendingOf = async (
  { readModel }: Reader,
  { controllerId: controller }: Catalogue,
  { purposes }: DownstreamSystem,
  last: Acknowledgement | null,
): Promise<Pending> => {
  const { epoch, head } = await readModel.feed()
  const { count, oldest } = await readModel.stops({ controller, purposes, after: appliedTo(last, { epoch }), to: head })
  return { count, since: waitsSince(last, { epoch }, oldest) }
}

const saidBy = (all: readonly Acknowledgement[], id: string): Acknowledgement | null =>
  all.find(({ recipient }) => recipient === id) ?? null

/** Every system of a controller's catalogue, in its order; also those that never said anything. Errors: STORE_UNAVAILABLE. */
export const systemStandings = async (reader: Reader, catalogue: Catalogue): Promise<SystemStanding[]> => {
  const said = await reader.readModel.acknowledgements(catalogue.controllerId)
  return Promise.all(
    downstreamSystems(catalogue, reader.clock()).map(async (system) => {
      const last = saidBy(said, system.id)
      return { system, last, pending: await pendingOf(reader, catalogue, system, last) }
    }),
  )
}

/**
 * Notes that a system has applied the feed up to `place`, which the feed has come to. Durable on return. One that says less than before changes nothing, and what it
 * said before is the answer. Errors: STORE_UNAVAILABLE (the same again is safe).
 */
export const acknowledge = async (
  reader: Reader,
  catalogue: Catalogue,
  system: DownstreamSystem,
  place: FeedPlace,
): Promise<{ said: Acknowledgement; pending: Pending }> => {
  const { id: recipient, purposes } = system
  const said = await reader.readModel.acknowledge({ controller: catalogue.controllerId, recipient, purposes, place, at: reader.clock() })
  return { said, pending: await pendingOf(reader, catalogue, system, said) }
}
