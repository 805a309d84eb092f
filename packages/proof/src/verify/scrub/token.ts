// The token of a scrub: signed by a key that the log named before it, the same as the last line around it, and the same as the event in the log.
import { controllerOf, LedgerError, parseScrubToken, statementKeyName, type ScrubToken } from '@consent-ledger/domain'
import { openNote, parseNote, TlogError, type Verifier } from '@consent-ledger/tlog'
import type { ScrubEnd } from '../../scrub/format.ts'
import { statementKeys } from '../accepted.ts'
import { VerifyError, type Findings } from '../finding.ts'
import type { Log } from '../heads.ts'
import type { LeafEvent } from '../leaf.ts'
import type { SealedLeaf } from '../sealed.ts'
import { outputFile } from './output.ts'

/** How it is called in findings. */
export const tokenPlace = 'the token'

/** What the token of a last line says, whoever signed it. Errors: FILE_MALFORMED. */
export const readToken = ({ token }: ScrubEnd): ScrubToken => {
  try {
    return parseScrubToken(parseNote(token).text)
  } catch (cause) {
    if (!(cause instanceof TlogError) && !(cause instanceof LedgerError)) throw cause
    throw new VerifyError('FILE_MALFORMED', tokenPlace, 'The token in the last line does not have its form.', { cause })
  }
}

const differing = (one: Record<string, unknown>, other: Record<string, unknown>): string[] =>
  Object.keys(one).filter((name) => one[name] !== other[name])

/** Holds the last line against its token. Finds TOKEN_DISAGREES. */
export const checkEnd = (end: ScrubEnd, said: ScrubToken, findings: Findings): void => {
  const { id, count, inputSha256, outputSha256, asOf, cursor } = end
  const told = { scrubId: id, count, inputSha256, outputSha256, asOf, cursor }
  const names = differing(told, said)
  if (names.length > 0) findings.add('TOKEN_DISAGREES', outputFile, `The last line and the token in it differ: ${names.join(', ')}.`)
}

const isSigned = (token: string, keys: readonly Verifier[], findings: Findings): boolean => {
  try {
    openNote(token, keys)
    return true
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add(error.code === 'SIGNATURE_MISSING' ? 'TOKEN_KEY_UNKNOWN' : 'TOKEN_FORGED', tokenPlace)
    return false
  }
}

/** Whether a key of statements that the log named before the scrub signed the token. Finds TOKEN_KEY_UNKNOWN, TOKEN_FORGED. */
export const checkSignature = ({ token }: ScrubEnd, scrub: SealedLeaf, { latest, sealed }: Log, findings: Findings): boolean => {
  const before = sealed.filter(({ part, index }) => part === 'keys' && index < scrub.index)
  return isSigned(token, statementKeys(before, statementKeyName(latest.origin)), findings)
}

/** What a token says, whoever says it. */
export type TokenSaid = Readonly<Record<keyof ScrubToken, unknown>>

/** What the event of a scrub says, in the words of a token. */
export const tokenOf = ({ stream, revision, data, metadata }: LeafEvent, origin: string): TokenSaid => ({
  origin,
  scrubId: data['scrubId'],
  recordedAt: metadata.recordedAt,
  controllerId: controllerOf(stream),
  revision,
  purpose: data['purpose'],
  channel: data['channel'],
  recipient: data['recipient'] ?? null,
  count: data['count'],
  allowed: data['allowed'],
  inputSha256: data['inputSha256'],
  outputSha256: data['outputSha256'],
  asOf: data['asOf'],
  cursor: data['cursor'],
})

/** Nobody is given a token for a scrub that was cut off. `where`: of the event. Finds SCRUB_DIFFERS. */
export const checkWhole = ({ data }: LeafEvent, where: string, findings: Findings): void => {
  if (data['cutOff'] === true)
    findings.add('SCRUB_DIFFERS', where, 'The event in the log is of a scrub that was cut off, for which there is no token.')
}

/** Holds the token against the event. `where`: of the event. Finds SCRUB_DIFFERS. */
export const checkEvent = (said: ScrubToken, event: TokenSaid, where: string, findings: Findings): void => {
  const names = differing(said, event)
  if (names.length === 0) return
  const what = names.includes('scrubId') ? 'it is the event of another scrub' : `they differ in ${names.join(', ')}`
  findings.add('SCRUB_DIFFERS', where, `The event in the log is not the one that the token tells: ${what}.`)
}
