// The one client of a process for one connection string, shared by all who open it, and what the process has seen through it.
import { setImmediate } from 'node:timers/promises'
import { LedgerError } from '@consent-ledger/domain'
import { EventStoreDBClient, UnavailableError } from '@eventstore/db-client'
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import { AppendLine } from './appendLine.ts'
import { beginning } from '../port.ts'
import { demandUrl } from './checks.ts'
import { pause } from '../backOff.ts'
import { Silence } from './silence.ts'

/** Errors: SETTING_INVALID, without the string or anything of it: it may hold a password. */
const clientOf = (url: string): EventStoreDBClient => {
  demandUrl(url)
  try {
    return EventStoreDBClient.connectionString(url)
  } catch (error) {
    const missing = error instanceof Error && error.message.startsWith('Failed to load certificate')
    const what = missing
      ? 'it names a certificate file that is not there'
      : 'not a connection string such as esdb://name:password@host:2113'
    throw new LedgerError('SETTING_INVALID', `EVENTSTORE_URL: ${what}.`)
  }
}

type Channel = Awaited<ReturnType<EventStoreDBClient['getChannel']>>

/**
 * What the client does behind a broken call it does unwatched: it looks for another server, and where there is none its promise rejects, which would end the
 * process. The call itself has failed and is judged by its caller. `onChannel` hears of each channel made, and, with null, that one is being made: `dispose`
 * leaves the last one open.
 */
const watchOver = (client: EventStoreDBClient, onChannel: (channel: Channel | null) => void): void => {
  const lookElsewhere = client['handleError']
  client['handleError'] = (...failed) => lookElsewhere(...failed).catch(() => {})
  const makeChannel = client['createChannel']
  client['createChannel'] = async () => {
    onChannel(null)
    const channel = await makeChannel()
    onChannel(channel)
    return channel
  }
}

/** Appends of the same events under way. `shared`: there was more than one at some time. */
export type UnderWay = { count: number; shared: boolean }

export class Connection {
  readonly client: EventStoreDBClient
  readonly appends: AppendLine
  readonly #underWay = new Map<string, UnderWay>()
  #channel: Channel | null = null
  readonly #silence = new Silence()
  #seen = beginning

  constructor(url: string) {
    this.client = clientOf(url)
    this.appends = new AppendLine(this.client, () => this.heard())
    watchOver(this.client, (channel) => {
      this.#channel = channel
      if (channel === null) return
      this.#silence.began()
      this.appends.moveOver()
    })
  }

  /** Something came from the server. */
  heard(): void {
    this.#silence.heard()
  }

  /**
   * Somebody has waited for `waited` ms in vain. If nothing at all came meanwhile, the server hangs, or the line leads nowhere; and a line that was taken and is never
   * answered the client would wait for as long as it is open. So it is given up, and the next call asks anew who leads: seldom, while that brings nothing either.
   */
  async unheard(waited: number): Promise<void> {
    const silent = this.#channel
    // What came while this process was busy with other things has its turn first.
    await setImmediate()
    if (silent === null || silent !== this.#channel || !this.#silence.isEnough(waited)) return
    this.#channel = null
    this.appends.moveOver()
    const service = await this.client['getGRPCClient'](StreamsClient, 'another line')
    if (service.getChannel() === silent) await this.client['handleError'](service, new UnavailableError(undefined, 'The line is silent.'))
  }

  /** The highest position in any answer so far. */
  get seen(): bigint {
    return this.#seen
  }

  note(position: bigint): void {
    if (position > this.#seen) this.#seen = position
  }

  /** Runs `append` known to every other append of the event `id` that is under way at any time of it. */
  async underWay<Result>(id: string, append: (same: UnderWay) => Promise<Result>): Promise<Result> {
    const same = this.#underWay.get(id) ?? { count: 0, shared: false }
    this.#underWay.set(id, same)
    same.count++
    if (same.count > 1) same.shared = true
    try {
      return await append(same)
    } finally {
      same.count--
      if (same.count === 0) this.#underWay.delete(id)
    }
  }

  async close(): Promise<void> {
    const tooLong = new AbortController()
    await Promise.race([this.client.dispose(), pause(longestGoodbye, tooLong.signal)])
    tooLong.abort()
    this.#channel?.close()
  }
}

/** ms for the calls that are left to notice that they are cancelled. */
const longestGoodbye = 1_000

const open = new Map<string, { connection: Connection; users: number }>()

/** The connection of this process for `url`, made by the first who asks. Nothing is sent yet. Errors: SETTING_INVALID. */
export const connect = (url: string): Connection => {
  const shared = open.get(url) ?? { connection: new Connection(url), users: 0 }
  shared.users++
  open.set(url, shared)
  return shared.connection
}

/** The last one to leave closes it. */
export const leave = async (url: string): Promise<void> => {
  const shared = open.get(url)
  if (shared === undefined) return
  shared.users--
  if (shared.users > 0) return
  open.delete(url)
  await shared.connection.close()
}
