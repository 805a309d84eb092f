// A page of the feed, made into records.
import type { ReadModel } from '@consent-ledger/readmodel'
import { batchesOf, type Batch } from './records.ts'

/** Rows of one page. */
const pageSize = 2000

/**
 * The rows from a place on to `next`, as records. `epoch`, `head`, `asOf`: as of `ChangesPage`; what was recorded up to `asOf` is all told once the feed is sent up to `head`. `full`: there may be more.
 */
export type Page = { batches: Batch[]; next: bigint; epoch: bigint; head: bigint; asOf: number; full: boolean }

export type Reading = {
  ledgerId: string
  readModel: Pick<ReadModel, 'changes'>
  /** Epoch ms. */
  clock: () => number
}

/** Null while the read model is filled from zero: its rows pass through yeses that were withdrawn since, and nobody may be told of them. Errors: of the read model. */
export const readPage = async ({ ledgerId, readModel, clock }: Reading, after: bigint, partitions: number): Promise<Page | null> => {
  const { rows, next, epoch, head, asOf } = await readModel.changes({ after, limit: pageSize })
  if (asOf === null) return null
  const batches = batchesOf(rows, { ledgerId, epoch, asOf, sentAt: clock() }, partitions)
  return { batches, next, epoch, head, asOf, full: rows.length === pageSize }
}
