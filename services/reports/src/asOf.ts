// As of when an answer from the read model holds.
import { iso } from '@consent-ledger/domain'
import type { ReportsDeps } from './deps.ts'

/** `asOf`: up to when everything recorded is in the answer (epoch ms in, text out), null if never since the last rebuild; `lagMs`: how long ago that is. */
export const toldAsOf = ({ clock }: Pick<ReportsDeps, 'clock'>, asOf: number | null): { asOf: string | null; lagMs: number | null } => ({
  asOf: asOf === null ? null : iso(asOf),
  lagMs: asOf === null ? null : Math.max(0, clock() - asOf),
})
