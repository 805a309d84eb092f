// The token at the end of a scrub: which list was checked against what, when, and with which answers. Signed, it convicts us of an answer that we deny.
import { controllerStream } from './catalogue/events.ts'
import { statementKeyName } from './completeness.ts'
import { FeedCursor } from './eligibility/change.ts'
import { LedgerError } from './errors.ts'
import { iso, ms } from './time.ts'
import { Channel } from './words.ts'

/**
 * `origin`: of the log; the token's key is named `<origin>/statements`. `recordedAt`, `asOf`: RFC 3339. `controllerId`, `revision`: of the event `ScrubPerformed`, which
 * says the same. `recipient`: the downstream system that asked, null where none was named. `count`: lines answered, of which `allowed` with a yes. `inputSha256`,
 * `outputSha256`: hex, each over the 32 bytes of the nonce and the bytes as they were sent, uncompressed; of the output all lines but the last, newlines and all.
 */
export type ScrubToken = {
  origin: string
  scrubId: string
  recordedAt: string
  controllerId: string
  revision: bigint
  purpose: string
  channel: Channel
  recipient: string | null
  count: number
  allowed: number
  inputSha256: string
  outputSha256: string
  asOf: string
  cursor: string
}

/** The text that is signed as a C2SP note; ends in a newline. */
export const formatScrubToken = (said: ScrubToken): string =>
  [
    statementKeyName(said.origin),
    'consent-ledger scrub v1',
    `scrub ${said.scrubId}`,
    `recorded ${said.recordedAt}`,
    `log ${said.origin}`,
    `event ${controllerStream(said.controllerId)} ${said.revision}`,
    `purpose ${said.purpose}`,
    `channel ${said.channel}`,
    `recipient ${said.recipient ?? '-'}`,
    `count ${said.count}`,
    `allowed ${said.allowed}`,
    `input ${said.inputSha256}`,
    `output ${said.outputSha256}`,
    `as-of ${said.asOf}`,
    `cursor ${said.cursor}`,
    '',
  ].join('\n')

const id = '[a-z][a-z0-9-]{0,62}'
const number = '(?:0|[1-9][0-9]{0,15})'
const time = '[0-9T:.Z-]{24}'
const shape = new RegExp(
  [
    '^(?<key>[^\\s+]+)/statements',
    'consent-ledger scrub v1',
    'scrub (?<scrubId>[0-9a-f-]{36})',
    `recorded (?<recordedAt>${time})`,
    'log (?<origin>[^\\s+]+)',
    `event controller-(?<controllerId>${id}) (?<revision>${number})`,
    `purpose (?<purpose>${id})`,
    'channel (?<channel>[a-z]{1,20})',
    `recipient (?:-|(?<recipient>${id}))`,
    `count (?<count>${number})`,
    `allowed (?<allowed>${number})`,
    'input (?<inputSha256>[0-9a-f]{64})',
    'output (?<outputSha256>[0-9a-f]{64})',
    `as-of (?<asOf>${time})`,
    'cursor (?<cursor>[0-9.]{3,40})\n$',
  ].join('\n'),
)

const malformed = (): LedgerError => new LedgerError('INTEGRITY', 'The token of a scrub is not of its form')

/** Reads a token's text strictly: only what `formatScrubToken` writes. Errors: INTEGRITY. */
export const parseScrubToken = (text: string): ScrubToken => {
  const groups = shape.exec(text)?.groups
  const channel = Channel.safeParse(groups?.['channel'])
  if (groups === undefined || !channel.success) throw malformed()
  const named = (name: string): string => groups[name] ?? ''
  const said: ScrubToken = {
    origin: named('origin'),
    scrubId: named('scrubId'),
    recordedAt: named('recordedAt'),
    controllerId: named('controllerId'),
    revision: BigInt(named('revision')),
    purpose: named('purpose'),
    channel: channel.data,
    recipient: groups['recipient'] ?? null,
    count: Number(named('count')),
    allowed: Number(named('allowed')),
    inputSha256: named('inputSha256'),
    outputSha256: named('outputSha256'),
    asOf: named('asOf'),
    cursor: named('cursor'),
  }
  // A time has more than one spelling; a token has one.
  const spelled = [said.recordedAt, said.asOf].every((at) => !Number.isNaN(ms(at)) && iso(ms(at)) === at)
  if (!spelled || !FeedCursor.safeParse(said.cursor).success || formatScrubToken(said) !== text) throw malformed()
  return said
}
