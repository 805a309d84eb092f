// The port over any database: what is the same for all of them. An adapter says how one is opened and how a group is written.
import { LedgerError } from '@consent-ledger/domain'
import type { FeedPlace } from '@consent-ledger/domain'
import type { Kysely } from 'kysely'
import { due, fanOuts, subjectsAfter } from './fanOuts.ts'
import { changes, readStanding, stops } from './feed.ts'
import type { Standing } from './feed.ts'
import { judgedTurn, refuseDisorder, refuseSparse, turnOf } from './group.ts'
import type { Turn } from './group.ts'
import { listAnswers, listRestrictions } from './lists.ts'
import { readLogSize, readMeta, writeAsOf } from './meta.ts'
import type {
  Acknowledgement,
  Acknowledging,
  ActivityAsked,
  AnswersAsked,
  AnswersPage,
  Applied,
  ChangesAsked,
  ChangesPage,
  EligibilityRow,
  FanOut,
  Feed,
  Group,
  JudgedSubject,
  Leaf,
  ReadModel,
  RestrictionsAsked,
  RestrictionsPage,
  Scrub,
  ScrubsAsked,
  SiteActivity,
  Stops,
  StopsAsked,
  TurnedAway,
  TurnedAwayAsked,
  VerdictsAsked,
} from './port.ts'
import { activity, leafIndexOf, turnedAway } from './queries.ts'
import type { Tables } from './schema.ts'
import { listScrubs, scrubById } from './scrubs.ts'
import { acknowledge, acknowledgements, moveSink, rewindSink, takeSink } from './sinks.ts'
import type { Storage } from './storage.ts'

const moved = (from: bigint, what = 'position'): LedgerError =>
  new LedgerError(
    'CHECKPOINT_MOVED',
    `The read model does not stand at ${what} ${from} any more: another projector, or a rebuild, moved it.`,
  )

/** `at`: the checkpoint as it was found. `made`: whether it was made just now, so that nobody was ever told a place in its feed. */
export const readModelOn = (storage: Storage, at: bigint, made: boolean): ReadModel => new ReadModelOnStorage(storage, at, made)

class ReadModelOnStorage implements ReadModel {
  readonly #storage: Storage
  /** Where this object left the checkpoint, or found it; it applies only if that is still so. */
  #checkpoint: bigint
  /** The newest place in the feed that this object handed out, null if it does not know. */
  #head: bigint | null
  /** Writes of this object go one after the other, so that none takes the one before it for another projector's. */
  #writing: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | null = null

  constructor(storage: Storage, at: bigint, made: boolean) {
    this.#storage = storage
    this.#checkpoint = at
    this.#head = made ? 0n : null
  }

  checkpoint(): Promise<bigint> {
    return this.#inTurn(async () => (this.#checkpoint = (await this.#meta()).checkpoint))
  }

  apply(group: Group, checkpoint: bigint): Promise<void> {
    return this.#inTurn(async () => {
      const from = this.#checkpoint
      refuseDisorder(group.events, from, checkpoint)
      if (!(await this.#write(turnOf(group, from, checkpoint)))) throw await this.#movedFrom(from)
      this.#checkpoint = checkpoint
    })
  }

  applyJudged(subjects: readonly JudgedSubject[]): Promise<void> {
    return this.#inTurn(async () => {
      const at = this.#checkpoint
      // Moves nothing: whoever was frozen behind its judgement must not bring back, after another projector's, what an older catalogue made of a subject.
      if (!(await this.#write({ ...judgedTurn(subjects), checkpoint: { from: at, to: at } }))) throw await this.#movedFrom(at)
    })
  }

  applyFanOut(fanOut: FanOut, subjects: readonly JudgedSubject[], cursor: string | null): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await this.#write(judgedTurn(subjects, { at: fanOut, cursor })))) throw moved(fanOut.run, 'the same page of fan-out')
    })
  }

  noteAsOf(asOf: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await writeAsOf(this.#storage.builder, asOf, this.#checkpoint))) throw await this.#movedFrom(this.#checkpoint)
    })
  }

  progress(): Promise<Applied> {
    return this.#guarded(() => this.#meta())
  }

  logSize(): Promise<bigint> {
    return this.#guarded(async () => this.#there(await readLogSize(this.#storage.builder)))
  }

  applyLeaves(from: bigint, leaves: readonly Leaf[], to: bigint): Promise<void> {
    return this.#inTurn(async () => {
      refuseSparse(leaves, from, to)
      if (!(await this.#storage.writeLeaves(from, to, leaves))) throw moved(from, 'leaf')
    })
  }

  leafIndexOf(stream: string, revision: bigint): Promise<bigint | null> {
    return this.#asked((builder) => leafIndexOf(builder, stream, revision))
  }

  due(now: number, limit: number): Promise<{ controller: string; subjectId: string; dueAt: number }[]> {
    return this.#asked((builder) => due(builder, now, limit))
  }

  fanOuts(): Promise<FanOut[]> {
    return this.#asked(fanOuts)
  }

  subjectsAfter(controller: string, after: string | null, limit: number): Promise<string[]> {
    return this.#asked((builder) => subjectsAfter(builder, controller, after, limit))
  }

  verdicts(asked: VerdictsAsked): Promise<(EligibilityRow | null)[]> {
    return this.#guarded(async () => {
      const found = new Map((await this.#storage.verdicts(asked)).map((row) => [row.subjectId, row]))
      return asked.subjectIds.map((subjectId) => found.get(subjectId) ?? null)
    })
  }

  feed(): Promise<Feed> {
    return this.#guarded(async () => {
      const { epoch, head } = await this.#standing()
      return { epoch, head }
    })
  }

  changes(asked: ChangesAsked): Promise<ChangesPage> {
    return this.#guarded(async () => {
      for (;;) {
        const standing = await this.#standing(asked.controller)
        const page = await changes(this.#storage.builder, asked, standing.head)
        // An epoch that began meanwhile may have other rows at the same places.
        if (await this.#isIn(standing)) return { ...standing, ...page }
      }
    })
  }

  newEpoch(): Promise<void> {
    return this.#inTurn(() => this.#storage.beginEpoch())
  }

  takeSink(sink: string, holder: string, now: number, until: number): Promise<FeedPlace | null> {
    return this.#asked((builder) => takeSink(builder, { sink, holder, until }, now))
  }

  moveSink(sink: string, holder: string, from: FeedPlace, to: bigint): Promise<boolean> {
    return this.#asked((builder) => moveSink(builder, sink, holder, from, to))
  }

  rewindSink(sink: string, place: FeedPlace): Promise<void> {
    return this.#asked((builder) => rewindSink(builder, sink, place))
  }

  acknowledge(acknowledging: Acknowledging): Promise<Acknowledgement> {
    return this.#asked((builder) => acknowledge(builder, acknowledging))
  }

  acknowledgements(controller: string): Promise<Acknowledgement[]> {
    return this.#asked((builder) => acknowledgements(builder, controller))
  }

  stops(asked: StopsAsked): Promise<Stops> {
    return this.#asked((builder) => stops(builder, asked))
  }

  listScrubs(asked: ScrubsAsked): Promise<Scrub[]> {
    return this.#asked((builder) => listScrubs(builder, asked))
  }

  scrub(controller: string, scrubId: string): Promise<Scrub | null> {
    return this.#asked((builder) => scrubById(builder, controller, scrubId))
  }

  listRestrictions(asked: RestrictionsAsked): Promise<RestrictionsPage> {
    return this.#listed(asked, (builder) => listRestrictions(builder, asked))
  }

  listAnswers(asked: AnswersAsked): Promise<AnswersPage> {
    return this.#listed(asked, (builder) => listAnswers(builder, asked))
  }

  activity(asked: ActivityAsked): Promise<SiteActivity[]> {
    return this.#asked((builder) => activity(builder, asked))
  }

  turnedAway(asked: TurnedAwayAsked): Promise<TurnedAway[]> {
    return this.#asked((builder) => turnedAway(builder, asked))
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#storage.empty()
      this.#head = 0n
      this.#checkpoint = (await this.#meta()).checkpoint
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#writing.then(() => this.#storage.close())
    return this.#closing
  }

  async #meta(): Promise<Applied> {
    return this.#there(await readMeta(this.#storage.builder))
  }

  /** False if the checkpoint or the fan-out is not where `turn` says. */
  async #write(turn: Omit<Turn, 'head'>): Promise<boolean> {
    const head = await this.#storage.write({ ...turn, head: this.#head })
    if (head === null) return false
    this.#head = head
    return true
  }

  /** What to throw where the checkpoint is not `from`. */
  async #movedFrom(from: bigint): Promise<LedgerError> {
    await this.#meta()
    return moved(from)
  }

  async #standing(controller?: string): Promise<Standing> {
    return this.#there(await readStanding(this.#storage.builder, controller))
  }

  /** Whether the feed is still in the epoch that it was in. */
  async #isIn({ epoch }: Standing): Promise<boolean> {
    return (await this.#standing()).epoch === epoch
  }

  /** What the row of `meta` says, which is always there. */
  #there<T>(said: T | undefined): T {
    if (said === undefined) throw this.#damaged()
    return said
  }

  #damaged(): LedgerError {
    return this.#storage.faults.damaged('it does not say how far it has come')
  }

  #asked<T>(ask: (builder: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#guarded(() => ask(this.#storage.builder))
  }

  /** A page, with what it is as of. */
  #listed<T>({ controller }: { controller: string }, list: (builder: Kysely<Tables>) => Promise<T>): Promise<T & { asOf: number | null }> {
    return this.#guarded(async () => {
      const standing = await this.#standing(controller)
      const page = await list(this.#storage.builder)
      // A rebuild that began meanwhile took rows away: the page is not all that there was at `asOf`.
      return { ...page, asOf: (await this.#isIn(standing)) ? standing.asOf : null }
    })
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
