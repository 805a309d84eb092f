// Subscriptions: everything after a place, then caught up, then each event as it is recorded, until the reader goes or is thrown out.
import { randomUUID } from 'node:crypto'
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { lastRevisionOfAll, type Log, type Stored } from './log.ts'
import { hand, type ReadCall } from './reads.ts'
import { errorOf, thrownByHandler, tooSlow } from './refusals.ts'
import { caughtUpReply, confirmationReply, eventReply, nameOf } from './wire.ts'

/** Where a subscription reads: of the log, from index `next` on, what it `shows`. It ends with the event that `ends` it. */
type Source = { next: number; shows: (event: Stored) => boolean; ends?: (event: Stored) => Error | undefined }

const nothing: Source = { next: 0, shows: () => false }

/** A stream that is not there is waited for, without being caught up; from its end, it is there at once. */
const streamSource = (log: Log, asked: streamsPb.ReadReq.Options.StreamOptions): Source | 'wait' | { error: Error } => {
  const name = nameOf(asked.getStreamIdentifier())
  const deleted = (): Error => errorOf({ kind: 'deleted' }, name)
  const state = log.stream(name)
  if (state.kind === 'deleted') return { error: deleted() }
  if (state.kind === 'none' && !asked.hasEnd()) return 'wait'
  const after = asked.hasEnd() ? log.lastRevision(name) : asked.hasRevision() ? BigInt(asked.getRevision()) : -1n
  const from = state.kind === 'events' ? state.from : 0n
  return {
    next: 0,
    shows: (event) => event.stream === name && event.revision > after && event.revision >= from,
    ends: (event) => (event.revision === lastRevisionOfAll ? deleted() : undefined),
  }
}

const allSource = (
  log: Log,
  options: streamsPb.ReadReq.Options,
  asked: streamsPb.ReadReq.Options.AllOptions,
): Source | { error: Error } => {
  const position = asked.hasPosition() ? asked.getPosition()?.getCommitPosition() : undefined
  const place = position === undefined ? -1 : log.placeOf(BigInt(position))
  if (place === undefined) return { error: thrownByHandler() }
  return { next: asked.hasEnd() ? log.all.length : Math.min(place + 1, log.all.length), shows: filterOf(options) }
}

const filterOf = (options: streamsPb.ReadReq.Options): ((event: Stored) => boolean) => {
  const filter = options.getFilter()
  const expression = filter?.getStreamIdentifier() ?? filter?.getEventType()
  if (!filter || !expression) return () => true
  const subject = (event: Stored): string => (filter.hasStreamIdentifier() ? event.stream : event.type)
  const regex = expression.getRegex()
  if (regex !== '') {
    const pattern = new RegExp(regex, 'u')
    return (event) => pattern.test(subject(event))
  }
  const prefixes = expression.getPrefixList()
  return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix))
}

export class Subscriptions {
  readonly #log: Log
  readonly #buffer: number
  readonly #open = new Set<ReadCall>()

  /** `buffer`: how many events a live reader may be behind before it is thrown out. */
  constructor(log: Log, buffer: number) {
    this.#log = log
    this.#buffer = buffer
  }

  /** Every live reader is told that it was too slow. */
  throwOut(): void {
    for (const call of this.#open) call.emit('error', tooSlow())
    this.#open.clear()
  }

  /** The calls being served. */
  get calls(): readonly ReadCall[] {
    return [...this.#open]
  }

  /** Ends with the call. After `limit` events `full` is called and nothing more is given. */
  async serve(call: ReadCall, options: streamsPb.ReadReq.Options, limit = Infinity, full: () => void = () => {}): Promise<void> {
    const sought = (): Source | 'wait' | { error: Error } => {
      const stream = options.getStream()
      const all = options.getAll()
      if (stream) return streamSource(this.#log, stream)
      return all ? allSource(this.#log, options, all) : nothing
    }
    let source = sought()
    const refuse = (error: Error): void => void call.emit('error', error)
    if (typeof source === 'object' && 'error' in source) return refuse(source.error)
    this.#open.add(call)
    const gone = (): void => void this.#open.delete(call)
    call.once('cancelled', gone).once('close', gone)
    if (!(await hand(call, confirmationReply(randomUUID())))) return
    for (; source === 'wait' && this.#open.has(call); source = sought()) await this.#more(call)
    if (source === 'wait') return
    await ('error' in source ? refuse(source.error) : this.#pump(call, source, limit, full))
  }

  async #pump(call: ReadCall, source: Source, limit: number, full: () => void): Promise<void> {
    const { all } = this.#log
    let live = false
    let given = 0
    for (let next = source.next; this.#open.has(call);) {
      const event = all[next]
      if (event === undefined) {
        if (!live && !(await hand(call, caughtUpReply()))) return
        live = true
        if (next >= all.length) await this.#more(call)
        continue
      }
      next += 1
      if (!source.shows(event)) continue
      if (given === limit) return full()
      given += 1
      const handed = hand(call, eventReply(event))
      if (live) this.#watch(call, handed, () => all.length - next)
      if (!(await handed)) return
      const end = source.ends?.(event)
      if (end) return void call.emit('error', end)
    }
  }

  /** Throws a live reader out that falls too far behind while it is waited for. */
  #watch(call: ReadCall, handed: Promise<boolean>, behind: () => number): void {
    const stop = this.#log.onRecord(() => {
      if (behind() <= this.#buffer || !this.#open.delete(call)) return
      call.emit('error', tooSlow())
    })
    void handed.then(stop)
  }

  #more(call: ReadCall): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        stop()
        call.off('cancelled', settle).off('close', settle)
        resolve()
      }
      const stop = this.#log.onRecord(settle)
      call.once('cancelled', settle).once('close', settle)
    })
  }
}
