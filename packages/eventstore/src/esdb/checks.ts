// What the client may not be given: a connection string that would give secrets away or answers wrongly, and appends that the server makes no sense of.
import { LedgerError, type NewEvent } from '@consent-ledger/domain'
import { demandEvents } from '../stored.ts'

const invalid = (what: string): LedgerError => new LedgerError('SETTING_INVALID', `EVENTSTORE_URL: ${what}.`)

/** What the client knows, in the form in which it compares. */
const knownOptions = new Set(
  `connectionName defaultDeadline discoveryInterval gossipTimeout keepAliveInterval keepAliveTimeout maxDiscoverAttempts nodePreference
   throwOnAppendFailure tls tlsCAFile tlsVerifyCert userCertFile userKeyFile`
    .split(/\s+/)
    .map((name) => name.toLowerCase()),
)

const optionsOf = (url: string): Map<string, string> => {
  const [, ...query] = url.split('?')
  const pairs = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => [
      pair.split('=', 1).join('').trim().toLowerCase().replaceAll(/[_-]/g, ''),
      pair.slice(pair.indexOf('=') + 1).trim(),
    ]),
  )
}

/**
 * Errors: SETTING_INVALID. Of a connection string with an option that the client does not know, or that does nothing, it would print the whole, password
 * and all; with `throwOnAppendFailure=false` it takes a failed append for a success.
 */
export const demandUrl = (url: string): void => {
  if (!/^esdb(?:\+discover)?:\/\/./.test(url.trim())) throw invalid('not a connection string that begins with esdb:// or esdb+discover://')
  const options = optionsOf(url)
  for (const name of options.keys())
    if (!knownOptions.has(name)) throw invalid(`it has an option that the client does not know (known are ${[...knownOptions].join(', ')})`)
  if (options.get('throwonappendfailure') === 'false') throw invalid('throwOnAppendFailure=false takes a failed append for a success')
  if (options.get('tlsverifycert') === 'false') throw invalid('tlsVerifyCert=false does nothing; name the authority in tlsCAFile')
}

const broken = (message: string): LedgerError => new LedgerError('INTERNAL', message)
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const nil = '00000000-0000-0000-0000-000000000000'

const demandName = (name: string, what: string): void => {
  if (name === '') throw broken(`${what} needs a name.`)
  if (name.startsWith('$')) throw broken(`${what} whose name begins with $ belongs to EventStoreDB.`)
  if (!name.isWellFormed()) throw broken(`${what} has a name that is not Unicode.`)
}

export const demandStream = (stream: string): void => demandName(stream, 'A stream')

/** Errors: INTERNAL, for our own code is wrong. The server answers such an append twice, the second time two seconds later. */
export const demandAppend = (stream: string, events: readonly NewEvent[]): void => {
  demandEvents(events)
  demandStream(stream)
  for (const { id, type } of events) {
    if (!uuid.test(id) || id === nil) throw broken('The id of an event must be a UUID in lower case.')
    demandName(type, 'An event type')
  }
}

/** What one append may have in all on the server: data, metadata and types in UTF-16. Errors: TOO_LARGE. */
export const demandSize = (bytes: number): void => {
  if (bytes > mostBytes) throw new LedgerError('TOO_LARGE', 'One append may have at most 1 MiB.')
}
const mostBytes = 1_048_576

/** .NET's long.MaxValue. A revision beyond would be read by the server as a negative number, and -2 as any revision. */
const mostRevisions = 2n ** 63n - 1n

/** Whether a stream can end at `expected` and go on. */
export const isRevision = (expected: bigint): boolean => expected >= -1n && expected < mostRevisions - 1n
