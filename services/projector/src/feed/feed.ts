// The eligibility feed on Kafka: one of all projectors sends what the read model tells of whom may be contacted, for as long as it lives, whatever Kafka does.
import { isPassing, LedgerError } from '@consent-ledger/domain'
import { backOff, pause, type Ticker } from '@consent-ledger/eventstore'
import { Bell } from './bell.ts'
import { SinkLost } from './lease.ts'
import { Reached, type FeedProgress } from './reached.ts'
import { Sender, type Sending, type Times } from './sender.ts'
import { NeverStored, ProducerGone } from './storing.ts'
import { openWire, type Wire } from './wire.ts'

export type Feeding = Omit<Sending, 'wire' | 'reached' | 'times'> & {
  /** `host:port` of one or more. */
  brokers: readonly string[]
  /** Called once, with what must end the process: damaged data, a defect. Never because of Kafka. The feed has stopped by then. */
  onFault: (error: unknown) => void
  /** When the read model is looked at, beside `wake`; by default each quarter of a second. */
  ticker?: Ticker
  times?: Times
  /** How Kafka is reached; by default over the network. */
  wire?: Wire
}

export type EligibilityFeed = {
  progress(): FeedProgress
  /** Something was applied to the read model: it is looked at now. */
  wake(): void
  /** Resolves when what is under way is answered, or given up, and nothing more is sent. The read model stays open. */
  stop(): Promise<void>
}

const usual: Times = { lease: 30_000, heartbeat: 10_000, groups: 10_000 }

/** Longest wait between two tries, ms. */
const longestWait = 10_000

const fourTimesASecond: Ticker = (tick) => {
  const timer = setInterval(tick, 250)
  timer.unref()
  return () => clearInterval(timer)
}

type Running = { sending: Sending; bell: Bell; ticker: Ticker; signal: AbortSignal }

/** One sender to its end: false if another process sends. Errors: what ended it. */
const send = async ({ sending, bell, ticker, signal }: Running): Promise<boolean> => {
  const sender = await Sender.begin(sending, signal)
  if (sender === null) return false
  try {
    sending.log.info({}, 'this process sends the feed to Kafka')
    while (!signal.aborted) if (await sender.step()) await bell.wait(ticker, signal)
  } catch (error) {
    await sender.end(error)
    throw error
  }
  await sender.end()
  return true
}

/** What may pass: Kafka or the read model are away, or the sender has to begin anew. */
const mayPass = (error: unknown): boolean =>
  error instanceof ProducerGone || isPassing(error) || (error instanceof LedgerError && error.code === 'FEED_UNAVAILABLE')

const keepSending = async (running: Running): Promise<void> => {
  const { sending, bell, ticker, signal } = running
  const { log } = sending
  let failures = 0
  while (!signal.aborted) {
    try {
      if (!(await send(running))) await bell.wait(ticker, signal)
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof SinkLost) {
        log.info({}, 'another process has the feed, this one stands by')
      } else if (mayPass(error)) {
        const waitMs = Math.round(backOff(++failures, longestWait))
        const { code, message } = error instanceof LedgerError ? error : { code: 'FEED_UNAVAILABLE', message: 'the sender begins anew' }
        log.warn({ code, failures, waitMs }, message)
        await pause(waitMs, signal)
      } else {
        throw error
      }
    }
  }
}

/** Starts at once, from where the sink stands. Several may run on one read model: one of them sends. */
export const startFeed = ({ brokers, onFault, ticker = fourTimesASecond, times = usual, wire, ...rest }: Feeding): EligibilityFeed => {
  const { clock, log } = rest
  const reached = new Reached(clock)
  const bell = new Bell()
  const ending = new AbortController()
  const sending: Sending = { ...rest, reached, times, wire: wire ?? openWire(brokers, log) }
  const ended = keepSending({ sending, bell, ticker, signal: ending.signal }).catch((error: unknown) => {
    if (!(error instanceof NeverStored)) return onFault(error)
    log.warn({ code: 'FEED_UNAVAILABLE' }, `the feed to Kafka has stopped, a record is refused for good, ${error.message}`)
  })
  return {
    progress: () => reached.now(),
    wake: () => bell.ring(),
    stop: async () => {
      ending.abort()
      await ended
    },
  }
}
