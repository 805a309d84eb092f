// How old an answer on whom may be contacted is, and from which age on it is given to nobody.
import { LedgerError } from '@consent-ledger/domain'
import type { ReportsDeps } from '../deps.ts'

/** `asOf`: epoch ms, everything recorded by then is known. `lagMs`: how long ago that is. */
export type Fresh = { asOf: number; lagMs: number }

type Asked = Pick<ReportsDeps, 'readModel' | 'live' | 'clock' | 'staleAfter'>

export const isStale = ({ clock, staleAfter }: Pick<Asked, 'clock' | 'staleAfter'>, asOf: number | null): boolean =>
  asOf === null || clock() - asOf > staleAfter

/**
 * As of when the read model and the catalogue hold, to be asked before either is read for an answer. Errors: STALE where that is longer ago than the limit, or not
 * known: a no may be missing; STORE_UNAVAILABLE.
 */
export const demandFresh = async (deps: Asked): Promise<Fresh> => {
  const { asOf } = await deps.readModel.progress()
  if (asOf === null || isStale(deps, asOf)) throw new LedgerError('STALE', 'The read model does not hold what was recorded of late.')
  // The catalogue is read apart from the read model, and may be the older of the two.
  if (deps.live.freshAt() < asOf) await deps.live.refresh()
  return { asOf, lagMs: Math.max(0, deps.clock() - asOf) }
}
