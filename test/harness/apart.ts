// The services apart, as somebody runs them: processes of their own on one event store and one database, with the same keys.
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { keysIn, LedgerProcess, place, request, type Ended, type Keys, type Program } from './ledger.ts'

export type Service = 'ingest' | 'projector' | 'reports' | 'sequencer'
export type Servers = { eventStoreUrl: string; databaseUrl: string }

export class Apart {
  /** The directories that they share: first keys, master key and statement key. */
  readonly where = place()
  /** The log that they share, which the sequencer writes. */
  readonly log = join(dirname(this.where.data), 'log')
  /** Keys of the sequencer alone; the master key is not among them. */
  readonly logKeys = join(dirname(this.where.data), 'log.keys')
  readonly #env: Record<string, string>
  readonly #running: LedgerProcess[] = []

  readonly servers: Servers

  constructor(servers: Servers) {
    this.servers = servers
    const { eventStoreUrl, databaseUrl } = servers
    this.#env = { LEDGER_STORE: 'esdb', EVENTSTORE_URL: eventStoreUrl, DATABASE_URL: databaseUrl, LEDGER_LOG: this.log }
  }

  /** A program with the settings that all share, and those given here instead; '' takes one away. */
  launch(program: Program, env: Record<string, string> = {}): LedgerProcess {
    const own = program === 'sequencer/src/main.ts' ? { LEDGER_KEYS: this.logKeys } : {}
    const all = Object.entries({ ...this.#env, ...own, ...env }).filter(([, value]) => value !== '')
    const launched = new LedgerProcess(this.where.data, { env: Object.fromEntries(all), program })
    this.#running.push(launched)
    return launched
  }

  /** One more of a service, answering. */
  start(service: Service, env: Record<string, string> = {}): Promise<LedgerProcess> {
    return this.launch(`${service}/src/main.ts`, env).answering()
  }

  /** The one-shot that begins the ledger, to its end. */
  bootstrap(): Promise<Ended> {
    return this.launch('standalone/src/bootstrapOnly.ts').ended
  }

  get keys(): Keys {
    return keysIn(this.where.data)
  }

  /** Ends whatever still runs. */
  async end(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.stop('SIGKILL')))
    this.where.remove()
  }
}

const patience = 60_000

/** Asks until the answer is as wanted; throws the last one after a minute. */
export const eventually = async <T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> => {
  const end = Date.now() + patience
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (Date.now() > end) throw new Error(`not so after ${patience} ms: ${JSON.stringify(answer)}`)
    await setTimeout(50)
  }
}

/** Names of what `/readyz` says is not ready; [] when all is. */
export const notReady = async ({ url }: { url: string }): Promise<string[]> => {
  const { status, json } = await request(url, 'GET', '/readyz')
  if (status === 200) return []
  return json.notReady.map(({ what }) => what)
}
