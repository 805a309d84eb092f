// A system that reads the topic as the consumer group of its own id says by its offsets how far it has applied the feed: nobody need tell the ledger apart.
import { appliedTo, downstreamSystems, type Catalogue, type DownstreamSystem, type FeedPlace } from '@consent-ledger/domain'
import type { ReadModel } from '@consent-ledger/readmodel'
import type { Marks } from './marks.ts'
import type { Wire } from './wire.ts'

export type Acknowledging = {
  readModel: Pick<ReadModel, 'acknowledge' | 'acknowledgements'>
  wire: Pick<Wire, 'committed'>
  /** Of every controller. */
  catalogues: () => readonly Catalogue[]
  /** Epoch ms. */
  clock: () => number
}

const note = async (
  { readModel, clock }: Acknowledging,
  controller: string,
  { id, purposes }: DownstreamSystem,
  place: FeedPlace,
): Promise<void> => {
  const last = (await readModel.acknowledgements(controller)).find(({ recipient }) => recipient === id) ?? null
  // An offset that stays where it was says nothing: whoever committed it may be gone.
  if (last !== null && place.n <= appliedTo(last, place)) return
  await readModel.acknowledge({ controller, recipient: id, purposes, place, at: clock() })
}

/** Notes for each recipient how far the group of its name has come. Errors: FEED_UNAVAILABLE, those of the read model. */
export const noteGroups = async (acknowledging: Acknowledging, epoch: bigint, marks: Marks): Promise<void> => {
  const { wire, catalogues, clock } = acknowledging
  const systems = catalogues().flatMap((catalogue) =>
    downstreamSystems(catalogue, clock()).map((system) => ({ controller: catalogue.controllerId, system })),
  )
  if (systems.length === 0) return
  const committed = await wire.committed([...new Set(systems.map(({ system }) => system.id))])
  for (const { controller, system } of systems) {
    const offsets = committed.get(system.id)
    const n = offsets === undefined || offsets.size === 0 ? null : marks.appliedTo(offsets)
    if (n !== null) await note(acknowledging, controller, system, { epoch, n })
  }
}
