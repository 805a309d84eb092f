// The port on one open file.
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { ActivityAsked, AnswersAsked, AnswersPage, Applied, ReadModel, SiteActivity, TurnedAway, TurnedAwayAsked } from '../port.ts'
import type { Tables } from '../schema.ts'
import { applyGroup } from './apply.ts'
import { closed, damaged, faultOf } from './errors.ts'
import { activity, currentAnswers, turnedAway } from './queries.ts'
import { prepare } from './statements.ts'
import type { Meta, Statements } from './statements.ts'

/** Made by `openSqliteReadModel`. */
export class SqliteReadModel implements ReadModel {
  readonly #file: Database
  readonly #builder: Kysely<Tables>
  readonly #statements: Statements
  /** Where this object believes the file stands; `apply` succeeds only if that is so. */
  #checkpoint: bigint

  constructor(file: Database, builder: Kysely<Tables>) {
    this.#file = file
    this.#builder = builder
    this.#statements = prepare(file, builder)
    this.#checkpoint = this.#meta().checkpoint
  }

  checkpoint(): Promise<bigint> {
    return this.#guarded(() => (this.#checkpoint = this.#meta().checkpoint))
  }

  apply(events: readonly RecordedEvent[], checkpoint: bigint): Promise<void> {
    return this.#guarded(() => {
      applyGroup(this.#file, this.#statements, events, this.#checkpoint, checkpoint)
      this.#checkpoint = checkpoint
    })
  }

  noteAsOf(asOf: number): Promise<void> {
    return this.#guarded(() => this.#statements.noteAsOf(asOf, this.#checkpoint))
  }

  progress(): Promise<Applied> {
    return this.#guarded(() => {
      const { checkpoint, asOf } = this.#meta()
      return { checkpoint, asOf }
    })
  }

  listAnswers(asked: AnswersAsked): Promise<AnswersPage> {
    return this.#guarded(() => currentAnswers(this.#builder, asked, this.#meta().asOf))
  }

  activity(asked: ActivityAsked): Promise<SiteActivity[]> {
    return this.#guarded(() => activity(this.#builder, asked))
  }

  turnedAway(asked: TurnedAwayAsked): Promise<TurnedAway[]> {
    return this.#guarded(() => turnedAway(this.#builder, asked))
  }

  reset(): Promise<void> {
    return this.#guarded(() => {
      // One transaction: a crash leaves either the old rows with their checkpoint, or none.
      this.#file.transaction(() => this.#statements.empty()).immediate()
      this.#checkpoint = this.#meta().checkpoint
    })
  }

  async close(): Promise<void> {
    this.#file.close()
  }

  #meta(): Meta {
    const meta = this.#statements.readMeta()
    if (!meta) throw damaged('it does not say how far it has come')
    return meta
  }

  async #guarded<T>(ask: () => T | Promise<T>): Promise<T> {
    if (!this.#file.open) throw closed()
    try {
      return await ask()
    } catch (error) {
      throw this.#file.open ? faultOf(error) : closed()
    }
  }
}
