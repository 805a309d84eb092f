// The port over any database: what is the same for all of them. An adapter says how one is opened and how a group is written.
import { LedgerError } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { Kysely } from 'kysely'
import type { Faults } from './faults.ts'
import { refuseDisorder, refuseSparse, writesOf } from './group.ts'
import type { Writes } from './group.ts'
import { readLogSize, readMeta, writeAsOf } from './meta.ts'
import type {
  ActivityAsked,
  AnswersAsked,
  AnswersPage,
  Applied,
  Leaf,
  ReadModel,
  SiteActivity,
  TurnedAway,
  TurnedAwayAsked,
} from './port.ts'
import { activity, currentAnswers, leafIndexOf, turnedAway } from './queries.ts'
import type { Tables } from './schema.ts'

/** What differs from database to database. */
export type Storage = {
  readonly builder: Kysely<Tables>
  readonly faults: Faults
  /**
   * One transaction: moves the checkpoint first, then writes the rows. False, and nothing written, if the checkpoint is not `from`;
   * first, so that of two projectors the second learns it before it has written a row. An error leaves nothing of the group, or, where the answer to the commit was lost, all of it.
   */
  write(from: bigint, to: bigint, writes: Writes): Promise<boolean>
  /** As `write`, of the log: moves the log size first, then writes the rows. False, and nothing written, if it is not `from`. */
  writeLeaves(from: bigint, to: bigint, leaves: readonly Leaf[]): Promise<boolean>
  /** One transaction: no rows, checkpoint -1, no `as_of`, log size 0. */
  empty(): Promise<void>
  /** What to throw for an error of the driver: DATA_CORRUPT, STORE_UNAVAILABLE, or the error itself where it is neither. */
  faultOf(error: unknown): unknown
  close(): Promise<void>
}

const moved = (from: bigint, what = 'position'): LedgerError =>
  new LedgerError(
    'CHECKPOINT_MOVED',
    `The read model does not stand at ${what} ${from} any more: another projector, or a rebuild, moved it.`,
  )

export const readModelOn = (storage: Storage, at: bigint): ReadModel => new ReadModelOnStorage(storage, at)

class ReadModelOnStorage implements ReadModel {
  readonly #storage: Storage
  /** Where this object left the checkpoint, or found it; it applies only if that is still so. */
  #checkpoint: bigint
  /** Writes of this object go one after the other, so that none takes the one before it for another projector's. */
  #writing: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | null = null

  constructor(storage: Storage, at: bigint) {
    this.#storage = storage
    this.#checkpoint = at
  }

  checkpoint(): Promise<bigint> {
    return this.#inTurn(async () => (this.#checkpoint = (await this.#meta()).checkpoint))
  }

  apply(events: readonly RecordedEvent[], checkpoint: bigint): Promise<void> {
    return this.#inTurn(async () => {
      const from = this.#checkpoint
      refuseDisorder(events, from, checkpoint)
      if (!(await this.#storage.write(from, checkpoint, writesOf(events)))) throw moved(from)
      this.#checkpoint = checkpoint
    })
  }

  noteAsOf(asOf: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await writeAsOf(this.#storage.builder, asOf, this.#checkpoint))) throw moved(this.#checkpoint)
    })
  }

  progress(): Promise<Applied> {
    return this.#guarded(() => this.#meta())
  }

  logSize(): Promise<bigint> {
    return this.#guarded(async () => {
      const size = await readLogSize(this.#storage.builder)
      if (size === undefined) throw this.#damaged()
      return size
    })
  }

  applyLeaves(from: bigint, leaves: readonly Leaf[], to: bigint): Promise<void> {
    return this.#inTurn(async () => {
      refuseSparse(leaves, from, to)
      if (!(await this.#storage.writeLeaves(from, to, leaves))) throw moved(from, 'leaf')
    })
  }

  leafIndexOf(stream: string, revision: bigint): Promise<bigint | null> {
    return this.#guarded(() => leafIndexOf(this.#storage.builder, stream, revision))
  }

  listAnswers(asked: AnswersAsked): Promise<AnswersPage> {
    return this.#guarded(async () => {
      const before = await this.#meta()
      const page = await currentAnswers(this.#storage.builder, asked, before.asOf)
      const after = await this.#meta()
      // A rebuild that began meanwhile took rows away: the page is not all that there was at `asOf`.
      return after.asOf === null || after.checkpoint < before.checkpoint ? { ...page, asOf: null } : page
    })
  }

  activity(asked: ActivityAsked): Promise<SiteActivity[]> {
    return this.#guarded(() => activity(this.#storage.builder, asked))
  }

  turnedAway(asked: TurnedAwayAsked): Promise<TurnedAway[]> {
    return this.#guarded(() => turnedAway(this.#storage.builder, asked))
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#storage.empty()
      this.#checkpoint = (await this.#meta()).checkpoint
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#writing.then(() => this.#storage.close())
    return this.#closing
  }

  async #meta(): Promise<Applied> {
    const meta = await readMeta(this.#storage.builder)
    if (!meta) throw this.#damaged()
    return meta
  }

  #damaged(): LedgerError {
    return this.#storage.faults.damaged('it does not say how far it has come')
  }

  #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const own = this.#guarded(() => this.#writing.then(write))
    this.#writing = own.catch(() => {})
    return own
  }

  async #guarded<T>(ask: () => Promise<T>): Promise<T> {
    const { faults } = this.#storage
    if (this.#closing) throw faults.closed()
    try {
      return await ask()
    } catch (error) {
      throw this.#closing ? faults.closed() : this.#storage.faultOf(error)
    }
  }
}
