// The statement of completeness: which streams were carried, each whole up to which revision, in which tree. Signed, it convicts us of a leaf left out.
import { controllerStream } from './catalogue/events.ts'
import { LedgerError } from './errors.ts'
import { iso, ms } from './time.ts'

/**
 * `origin`: of the log; the statement's key is named `<origin>/statements`. `issuedAt`: RFC 3339. `root`: of the tree of `size`. `manifest`: SHA-256 hex of manifest.json.
 * `streams`: own first, then by name, each with its last revision below `size`, and how many events it had beyond that when the proof was issued.
 * `catalogue`, `ledger`: last revisions of the controller's stream and of the ledger's own below `size`; both are carried whole. `reached`: streams that the
 * person's identifiers reached: devices, each carried or with nothing below `size`, and accounts; null where nobody looked. `others`: those not carried, by reason.
 */
export type Completeness = {
  origin: string
  proofId: string
  issuedAt: string
  size: bigint
  root: Uint8Array
  manifest: string
  subjectId: string
  streams: { stream: string; lastRevision: bigint; unpublished: number }[]
  catalogue: { controllerId: string; lastRevision: bigint }
  ledger: { lastRevision: bigint }
  reached: { devices: number; accounts: number } | null
  others: { count: number | null; reason: OtherReason }[]
}

/**
 * Why a stream is not carried. `account`: it belongs to another subject. `device-unpublished`: a device of which nothing is below the tree head. `identifiers-closed`:
 * without the identifiers nobody looked for others.
 */
export const otherReasons = ['account', 'device-unpublished', 'identifiers-closed'] as const
export type OtherReason = (typeof otherReasons)[number]

/** Name of the key that signs statements of a log. */
export const statementKeyName = (origin: string): string => `${origin}/statements`

/** The text that is signed as a C2SP note; ends in a newline. */
export const formatCompleteness = (said: Completeness): string =>
  [
    statementKeyName(said.origin),
    'consent-ledger completeness v1',
    `proof ${said.proofId}`,
    `issued ${said.issuedAt}`,
    `log ${said.origin}`,
    `size ${said.size}`,
    `root ${Buffer.from(said.root).toString('base64')}`,
    `manifest ${said.manifest}`,
    `subject ${said.subjectId}`,
    ...said.streams.map(({ stream, lastRevision, unpublished }) => `stream ${stream} ${lastRevision} ${unpublished}`),
    `catalogue ${controllerStream(said.catalogue.controllerId)} ${said.catalogue.lastRevision}`,
    `ledger ${said.ledger.lastRevision}`,
    `reached ${said.reached === null ? 'unknown' : `${said.reached.devices} ${said.reached.accounts}`}`,
    ...said.others.map(({ count, reason }) => `others ${count ?? 'unknown'} ${reason}`),
    '',
  ].join('\n')

const number = '(0|[1-9][0-9]{0,15})'
const shape = new RegExp(
  [
    '^(?<key>[^\\s+]+)/statements',
    'consent-ledger completeness v1',
    'proof (?<proofId>[0-9a-f-]{36})',
    'issued (?<issuedAt>[0-9T:.Z-]{24})',
    'log (?<origin>[^\\s+]+)',
    'size (?<size>[1-9][0-9]{0,18})',
    'root (?<root>[A-Za-z0-9+/]{43}=)',
    'manifest (?<manifest>[0-9a-f]{64})',
    'subject (?<subjectId>[0-9a-f]{32})',
    `(?<streams>(?:stream [a-z][a-z0-9-]{0,127} ${number} ${number}\n)+)catalogue controller-(?<controllerId>[a-z][a-z0-9-]{0,62}) (?<catalogue>${number})`,
    `ledger (?<ledger>${number})`,
    `reached (?:unknown|(?<devices>${number}) (?<accounts>${number}))`,
    `(?<others>(?:others (?:unknown|${number}) [a-z-]{1,40}\n)*)$`,
  ].join('\n'),
)

const reasonOf = (word: string | undefined): OtherReason => {
  const found = otherReasons.find((reason) => reason === word)
  if (found === undefined) throw new LedgerError('INTEGRITY', 'The statement gives a reason that nobody knows')
  return found
}

const lines = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))

/** Reads a statement's text strictly: only what `formatCompleteness` writes, each stream once. Errors: INTEGRITY. */
export const parseCompleteness = (text: string): Completeness => {
  const groups = shape.exec(text)?.groups
  if (groups === undefined) throw new LedgerError('INTEGRITY', 'The statement of completeness is not of its form')
  const named = (name: string): string => groups[name] ?? ''
  const said: Completeness = {
    origin: named('origin'),
    proofId: named('proofId'),
    issuedAt: named('issuedAt'),
    size: BigInt(named('size')),
    root: Buffer.from(named('root'), 'base64'),
    manifest: named('manifest'),
    subjectId: named('subjectId'),
    streams: lines(named('streams')).map(([, stream = '', last = '0', unpublished]) => ({
      stream,
      lastRevision: BigInt(last),
      unpublished: Number(unpublished),
    })),
    catalogue: { controllerId: named('controllerId'), lastRevision: BigInt(named('catalogue')) },
    ledger: { lastRevision: BigInt(named('ledger')) },
    reached: groups['devices'] === undefined ? null : { devices: Number(groups['devices']), accounts: Number(groups['accounts']) },
    others: lines(named('others')).map(([, count, reason]) => ({
      count: count === 'unknown' ? null : Number(count),
      reason: reasonOf(reason),
    })),
  }
  const once = new Set(said.streams.map(({ stream }) => stream)).size === said.streams.length
  // Base64 and times have more than one spelling; a statement has one.
  const instant = ms(said.issuedAt)
  if (!once || Number.isNaN(instant) || iso(instant) !== said.issuedAt || formatCompleteness(said) !== text)
    throw new LedgerError('INTEGRITY', 'The statement of completeness is not of its form')
  return said
}
