// The settings of a process, from its environment (API.md, Process settings). A misspelt one stops the start instead of being lost.
import { isIP } from 'node:net'
import { join } from 'node:path'
import { durationMs, isDuration, LedgerError } from '@consent-ledger/domain'
import { z } from 'zod'

const isNetwork = (text: string): boolean => {
  const [address = '', length, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128))
}

const Path = z.string().min(1, 'a path')
const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'a whole number from 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65_535, 'a whole number from 0 to 65535')
const Networks = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((list) => list.every(isNetwork), 'addresses or networks such as 10.0.0.0/8, separated by commas')
const WebAddress = z
  .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
  .refine((text) => !/[?#]/.test(text), 'an address without query and fragment')
  .transform((text) => text.replace(/\/+$/, ''))
const Store = z.enum(['sqlite', 'esdb', 'memory'], 'sqlite, esdb or memory')
/** How the connection strings of servers begin. What else is in them is for their drivers to judge. */
export const eventStoreUrl = /^esdb(?:\+discover)?:\/\/./
export const databaseUrl = /^postgres(?:ql)?:\/\/./
const EventStoreUrl = z.string().regex(eventStoreUrl, 'a connection string that begins with esdb://')
const DatabaseUrl = z.string().regex(databaseUrl, 'a connection string that begins with postgres://')
const Brokers = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((list) => list.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)), 'host:port of each broker, separated by commas')
const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const Environment = z.strictObject({
  LEDGER_DATA: Path.default('./data'),
  LEDGER_KEYS: Path.optional(),
  LEDGER_HOST: z.string().min(1, 'a host name or an address').default('127.0.0.1'),
  LEDGER_PORT: Port.default(8080),
  LEDGER_CATALOGUE: Path.optional(),
  LEDGER_TRUST_PROXY: Networks.default([]),
  LEDGER_STORE: Store.default('sqlite'),
  LEDGER_PUBLIC_URL: WebAddress.optional(),
  LEDGER_LOG: Path.optional(),
  LEDGER_LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'a name without spaces and without +')
    .optional(),
  LEDGER_WITNESSES: Path.optional(),
  LEDGER_STALE_AFTER: z.string().refine(isDuration, 'an ISO 8601 duration such as PT60S').default('PT60S'),
  LEDGER_URL: WebAddress.optional(),
  EVENTSTORE_URL: EventStoreUrl.optional(),
  DATABASE_URL: DatabaseUrl.optional(),
  KAFKA_BROKERS: Brokers.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: WebAddress.optional(),
  LOG_LEVEL: z.enum(levels, `one of ${levels.join(', ')}`).default('info'),
})

export type Settings = {
  /** Directory of the data. */
  data: string
  /** Directory of the key files, beside the data and not in it. */
  keys: string
  /** Directory of the transparency log: tiles, entries, heads. */
  log: string
  /** Name of the log, fixed when its key is made at the first start; absent: made from the ledger's id. */
  logOrigin?: string
  /** File that names the witnesses and how many of them are asked for (C2SP tlog-policy). */
  witnesses?: string
  host: string
  /** 0: the system picks one. */
  port: number
  /** Catalogue file for the first start. */
  catalogue?: string
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustProxy: string[]
  store: 'sqlite' | 'esdb' | 'memory'
  /** Connection string of EventStoreDB: there whenever `store` is `esdb`. */
  eventStoreUrl?: string
  /** Connection string of PostgreSQL, for vault and read model; absent: SQLite files in `data`. */
  databaseUrl?: string
  /** Brokers (`host:port`) that the eligibility feed is sent to; absent: it is served over HTTP alone. */
  kafkaBrokers?: string[]
  /** Age from which on an answer on whom may be contacted is refused, ms. */
  staleAfter: number
  /** Where traces are sent (OTLP over HTTP); absent: none are made. */
  otlpEndpoint?: string
  /** Where people reach this ledger: base of the links it hands out, without a slash at its end. Absent: the address it listens on. */
  publicUrl?: string
  /** Address of a running ledger, for commands. */
  url?: string
  logLevel: (typeof levels)[number]
}

/** `message` goes on after the name of the variable; never holds its value. */
export const invalidSetting = (variable: string, message: string): LedgerError =>
  new LedgerError('SETTING_INVALID', `${variable}: ${message}.`, { violations: [{ pointer: `/${variable}`, rule: 'setting', message }] })

const firstFault = (error: z.ZodError): LedgerError => {
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') return invalidSetting(issue.keys[0] ?? 'LEDGER_', 'there is no such setting')
  return invalidSetting(String(issue?.path[0]), issue?.message ?? 'not valid')
}

/** Settings that have other names than ours. Those of servers count only for a ledger on servers: many a machine has a DATABASE_URL of somebody else's. */
const foreignNames = (store: string | undefined): string[] => [
  'LOG_LEVEL',
  'KAFKA_BROKERS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  ...(store === 'esdb' ? ['EVENTSTORE_URL', 'DATABASE_URL'] : []),
]

/** Reads `LEDGER_*`, `LOG_LEVEL` and the settings of servers; further variables are not looked at. Errors: SETTING_INVALID names the variable, never its value. */
export const parseSettings = (env: Record<string, string | undefined>): Settings => {
  const foreign = foreignNames(env['LEDGER_STORE'])
  const ours = Object.entries(env).filter(([name, value]) => value !== undefined && (name.startsWith('LEDGER_') || foreign.includes(name)))
  const read = Environment.safeParse(Object.fromEntries(ours))
  if (!read.success) throw firstFault(read.error)
  const found = read.data
  if (found.LEDGER_STORE === 'esdb' && found.EVENTSTORE_URL === undefined)
    throw invalidSetting('EVENTSTORE_URL', 'must be set where LEDGER_STORE is esdb')
  return {
    data: found.LEDGER_DATA,
    keys: found.LEDGER_KEYS ?? `${found.LEDGER_DATA.replace(/\/+$/, '')}.keys`,
    log: found.LEDGER_LOG ?? join(found.LEDGER_DATA, 'log'),
    host: found.LEDGER_HOST,
    port: found.LEDGER_PORT,
    trustProxy: found.LEDGER_TRUST_PROXY,
    store: found.LEDGER_STORE,
    logLevel: found.LOG_LEVEL,
    staleAfter: durationMs(found.LEDGER_STALE_AFTER),
    ...(found.LEDGER_CATALOGUE === undefined ? {} : { catalogue: found.LEDGER_CATALOGUE }),
    ...(found.LEDGER_LOG_ORIGIN === undefined ? {} : { logOrigin: found.LEDGER_LOG_ORIGIN }),
    ...(found.LEDGER_WITNESSES === undefined ? {} : { witnesses: found.LEDGER_WITNESSES }),
    ...(found.LEDGER_PUBLIC_URL === undefined ? {} : { publicUrl: found.LEDGER_PUBLIC_URL }),
    ...(found.LEDGER_URL === undefined ? {} : { url: found.LEDGER_URL }),
    ...(found.EVENTSTORE_URL === undefined ? {} : { eventStoreUrl: found.EVENTSTORE_URL }),
    ...(found.DATABASE_URL === undefined ? {} : { databaseUrl: found.DATABASE_URL }),
    ...(found.KAFKA_BROKERS === undefined ? {} : { kafkaBrokers: found.KAFKA_BROKERS }),
    ...(found.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? {} : { otlpEndpoint: found.OTEL_EXPORTER_OTLP_ENDPOINT }),
  }
}
