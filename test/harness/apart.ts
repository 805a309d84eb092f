// The services apart, as somebody runs them: processes of their own on one event store and one database, with the same keys.
import { setTimeout } from 'node:timers/promises'
import { keysIn, LedgerProcess, place, request, type Ended, type Keys, type Program } from './ledger.ts'

export type Service = 'ingest' | 'projector' | 'reports'
export type Servers = { eventStoreUrl: string; databaseUrl: string }

export class Apart {
  /** The directories that they share: first keys, master key. */
  readonly where = place()
  readonly #env: Record<string, string>
  readonly #running: LedgerProcess[] = []

  readonly servers: Servers

  constructor(servers: Servers) {
    this.servers = servers
    this.#env = { LEDGER_STORE: 'esdb', EVENTSTORE_URL: servers.eventStoreUrl, DATABASE_URL: servers.databaseUrl }
  }

  /** A program with the settings that all share, and those given here instead; '' takes one away. */
  launch(program: Program, env: Record<string, string> = {}): LedgerProcess {
    const all = Object.entries({ ...this.#env, ...env }).filter(([, value]) => value !== '')
    const launched = new LedgerProcess(this.where.data, { env: Object.fromEntries(all), program })
    this.#running.push(launched)
    return launched
  }

  /** One more of a service, answering. */
  start(service: Service): Promise<LedgerProcess> {
    return this.launch(`${service}/src/main.ts`).answering()
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
