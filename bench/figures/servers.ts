// A ledger on servers: its posts and the adapter's appends against the client as it is, a projector's catch-up against reading and inserting.
import { median, spread, type Figure, type Measured, type Ratio } from '../figure.ts'
import { single } from '../posts.ts'
import { appendsPerSecond } from '../running/appends.ts'
import { runLoad, type Round } from '../running/load.ts'
import { newPath } from '../running/place.ts'
import { launchLedger, runToEnd, siteKey } from '../running/program.ts'
import { database, eventStoreServer } from '../running/servers.ts'
import { settled } from '../running/settled.ts'

const rounds = 4
const seconds = 4
const lanes = 64

type Place = { eventStore: string; database: string }

const posts = async ({ eventStore, database: url }: Place): Promise<Round[]> => {
  const data = newPath('on-servers')
  const ledger = await launchLedger(data, { env: { LEDGER_STORE: 'esdb', EVENTSTORE_URL: eventStore, DATABASE_URL: url } })
  const key = siteKey(data)
  const took: Round[] = []
  for (let n = 0; n <= rounds; n++) {
    const round = await runLoad({ url: ledger.url, template: single(key), connections: lanes, seconds })
    await settled(ledger.pid)
    if (n > 0) took.push(round)
  }
  await ledger.stop()
  return took
}

type CaughtUp = { events: number; read: number; rows: number; inserted: number; projector: number }

const catchUp = async (place: Place, into: 'sqlite' | 'postgres'): Promise<CaughtUp[]> => {
  const took: CaughtUp[] = []
  for (let n = 0; n <= 2; n++) {
    const fresh = into === 'sqlite' ? newPath('catch-up.sqlite') : place.database
    const printed = await runToEnd(new URL('../programs/catchUp.ts', import.meta.url), [place.eventStore, into, fresh])
    if (n > 0) took.push(JSON.parse(printed) as CaughtUp)
  }
  return took
}

const appends = async (url: string): Promise<Record<'raw' | 'adapter' | 'rawPairs' | 'pairs', number[]>> => {
  const took: Record<'raw' | 'adapter' | 'rawPairs' | 'pairs', number[]> = { raw: [], adapter: [], rawPairs: [], pairs: [] }
  for (let n = 0; n < rounds; n++) {
    took.raw.push(await appendsPerSecond(url, 'raw', { events: 1, lanes }))
    took.adapter.push(await appendsPerSecond(url, 'adapter', { events: 1, lanes }))
    took.rawPairs.push(await appendsPerSecond(url, 'raw', { events: 2, lanes }))
    took.pairs.push(await appendsPerSecond(url, 'adapter', { events: 2, lanes }))
  }
  return took
}

const caughtUp = (into: string, took: readonly CaughtUp[]): { ratio: Ratio; note: string } => {
  const of = (measure: (one: CaughtUp) => number): number => median(took.map(measure))
  return {
    ratio: {
      what: `catch-up of a projector into ${into}`,
      of: 'reading by the client, then inserting the same rows (speed)',
      ratio: of(({ read, inserted, projector }) => (read + inserted) / projector),
      bar: { least: 0.7 },
    },
    note: `${into}: ${of(({ events }) => events)} events in ${of(({ projector }) => projector).toFixed(2)} s; read alone ${of(({ read }) => read).toFixed(2)} s, its ${of(({ rows }) => rows)} rows alone ${of(({ inserted }) => inserted).toFixed(2)} s`,
  }
}

const measure = async (): Promise<Measured> => {
  const server = await eventStoreServer()
  const [forLedger, forCatchUp] = [await database(), await database()]
  // In this order: what the bare client appends is of no ledger, so no ledger may be opened on it afterwards.
  const posted = await posts({ eventStore: server.url, database: forLedger.url })
  const sqlite = caughtUp('SQLite', await catchUp({ eventStore: server.url, database: '' }, 'sqlite'))
  const postgres = caughtUp('PostgreSQL', await catchUp({ eventStore: server.url, database: forCatchUp.url }, 'postgres'))
  const appended = await appends(server.url)
  for (const part of [forLedger, forCatchUp, server]) await part.stop()
  return {
    ratios: [
      {
        what: 'appends/s through the adapter',
        of: 'of the client as it is, one event each',
        ratio: median(appended.adapter) / median(appended.raw),
        bar: { least: 0.9 },
      },
      {
        what: 'posts/s on EventStoreDB and PostgreSQL',
        of: 'appends/s of the client as it is, two events each',
        ratio: median(posted.map(({ perSecond }) => perSecond)) / median(appended.rawPairs),
        bar: { least: 0.4 },
      },
      sqlite.ratio,
      postgres.ratio,
    ],
    notes: [
      `on ${server.name}`,
      `one event: client ${spread(appended.raw, 'appends/s')}, adapter ${spread(appended.adapter, 'appends/s')}`,
      `two events, read back for their positions: client ${spread(appended.rawPairs, 'appends/s')}, adapter ${spread(appended.pairs, 'appends/s')}`,
      `ledger: ${spread(posted.map(({ perSecond }) => perSecond), 'posts/s')}, p50 ${median(posted.map(({ p50 }) => p50)).toFixed(1)} ms`, // prettier-ignore
      sqlite.note,
      postgres.note,
    ],
  }
}

export const servers: Figure = {
  name: 'servers',
  about: `on EventStoreDB and PostgreSQL: ${lanes} connections or appends under way, events of 930 bytes`,
  measure,
}
