// What an adapter gives, for one database: all in which the read model differs from the one to the other.
import type { Kysely } from 'kysely'
import type { Faults } from './faults.ts'
import type { Turn } from './group.ts'
import type { EligibilityRow, Leaf, VerdictsAsked } from './port.ts'
import type { Tables } from './schema.ts'

export type Storage = {
  readonly builder: Kysely<Tables>
  readonly faults: Faults
  /**
   * One transaction: moves the checkpoint or the fan-out first, then writes the rows. Null, and nothing written, if it is not where `turn` says;
   * first, so that of two projectors the second learns it before it has written a row. Otherwise the newest place in the feed then.
   * An error leaves nothing of the turn, or, where the answer to the commit was lost, all of it.
   */
  write(turn: Turn): Promise<bigint | null>
  /** As `write`, of the log: moves the log size first, then writes the rows. False, and nothing written, if it is not `from`. */
  writeLeaves(from: bigint, to: bigint, leaves: readonly Leaf[]): Promise<boolean>
  /** Rows of these subjects on one purpose and channel, in any order. */
  verdicts(asked: VerdictsAsked): Promise<EligibilityRow[]>
  /** One transaction, durable on return: no row that is made from events, checkpoint -1, no `as_of`, log size 0, a new epoch. */
  empty(): Promise<void>
  /** A new epoch, durable on return. */
  beginEpoch(): Promise<void>
  /** What to throw for an error of the driver: DATA_CORRUPT, STORE_UNAVAILABLE, or the error itself where it is neither. */
  faultOf(error: unknown): unknown
  close(): Promise<void>
}
