// A double of EventStoreDB: the recorded facts behind a real socket, driven through the real client only, and able to go wrong on demand.
import { Server } from '@grpc/grpc-js'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Access } from './access.ts'
import { http } from './administration.ts'
import { selfSigned } from './certificate.ts'
import { Door } from './door.ts'
import { Faults } from './faults.ts'
import { Log, type Stored } from './log.ts'
import type { Rooms } from './rooms.ts'
import { addServices } from './services.ts'
import { Subscriptions } from './subscriptions.ts'

export type { FaultName, FaultOptions, Operation, Plan } from './faults.ts'
export type { Stored } from './log.ts'

export type EventStoreDoubleOptions = {
  /** TLS, users (admin/changeit, ops/changeit) and access lists; without it everybody may do everything in the clear. */
  secure?: boolean
  /** Milliseconds after which the server gives up on an append that it can make no sense of. */
  giveUpAfter?: number
  /** Events that a live reader may be behind before it is thrown out. */
  liveBuffer?: number
}

/** The two buffers of 32 of the real server. */
const realLiveBuffer = 64
const realGiveUp = 2000

export class EventStoreDouble {
  /** Plans faults, counts the calls that arrive. */
  readonly faults = new Faults()
  readonly #log = new Log()
  readonly #rooms: Rooms
  readonly #door: Door
  readonly #authority: string | undefined

  constructor({ secure = false, giveUpAfter = realGiveUp, liveBuffer = realLiveBuffer }: EventStoreDoubleOptions) {
    const server = new Server({ 'grpc.max_receive_message_length': -1 })
    const access = new Access(this.#log, secure)
    const certificate = secure ? selfSigned() : undefined
    this.#authority = certificate && mkdtempSync(join(tmpdir(), 'eventstore-double-'))
    if (this.#authority !== undefined) writeFileSync(join(this.#authority, 'ca.crt'), certificate?.cert ?? '')
    this.#door = new Door(server, http(access), certificate)
    this.#rooms = {
      log: this.#log,
      faults: this.faults,
      access,
      subscriptions: new Subscriptions(this.#log, liveBuffer),
      giveUpAfter,
      ready: true,
      cut: (call) => this.#door.cut(call),
      shutDown: () => this.#door.shutDown(),
    }
    addServices(server, this.#rooms, { address: () => this.#door.address, secure })
    this.#log.begin()
  }

  /** A connection string; of the administrator where there is security. */
  get url(): string {
    return this.urlOf('admin', 'changeit')
  }

  /** A connection string with these credentials; without any, and without security, with none. */
  urlOf(name?: string, password?: string): string {
    if (this.#authority === undefined) return `esdb://${this.#door.address}?tls=false`
    const credentials = name === undefined ? '' : `${encodeURIComponent(name)}:${encodeURIComponent(password ?? '')}@`
    return `esdb://${credentials}${this.#door.address}?tls=true&tlsCAFile=${join(this.#authority, 'ca.crt')}`
  }

  /** Opens the port, the same one each time. What was recorded before a stop is there. */
  async start(): Promise<void> {
    await this.#door.open()
  }

  /** As a kill: every connection is reset, the port closed, what is held forgotten; what is recorded stays. */
  async kill(): Promise<void> {
    await this.#door.close()
    this.faults.restarted()
    this.#log.restarted()
  }

  /** Killed and started again. */
  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  /** Ends for good and frees its files. */
  async stop(): Promise<void> {
    await this.kill()
    if (this.#authority !== undefined) rmSync(this.#authority, { recursive: true, force: true })
  }

  /** Lets every held call go on. */
  release(): void {
    this.faults.release()
  }

  /** Resets every connection; the port stays open. */
  cutConnections(): void {
    this.#door.cutAll()
  }

  /** Resets every connection that carries a subscription. */
  cutSubscriptions(): void {
    for (const call of this.#rooms.subscriptions.calls) this.#door.cut(call)
  }

  /** Throws every open subscription out: "Consumer too slow to handle event while live". */
  throwOutSubscriptions(): void {
    this.#rooms.subscriptions.throwOut()
  }

  /** While false, as while it starts, every call is answered 'Server Is Not Ready'. */
  set ready(ready: boolean) {
    this.#rooms.ready = ready
  }

  /** Every event that stands, the system's own too, in the order of positions: what answers are held against. */
  get recorded(): readonly Stored[] {
    return this.#log.all
  }

  /** How many subscriptions are being served. */
  get openSubscriptions(): number {
    return this.#rooms.subscriptions.calls.length
  }
}

/** Started, on a free port of 127.0.0.1, empty but for the system's own events. */
export const startEventStoreDouble = async (options: EventStoreDoubleOptions = {}): Promise<EventStoreDouble> => {
  const double = new EventStoreDouble(options)
  await double.start()
  return double
}
