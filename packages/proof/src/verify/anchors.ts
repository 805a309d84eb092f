// What the expert brings along and trusts: the log's keys, got before the dispute or from a receipt, and a policy of witnesses. Never from the dossier.
import { parsePolicy, parseVkey, TlogError, type Policy, type Verifier } from '@consent-ledger/tlog'

/** The expert's own files cannot be used: nothing was verified. */
export class InputError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'InputError'
  }
}

const reading = <T>(what: string, read: () => T): T => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof TlogError) throw new InputError(`${what} cannot be read: ${cause.message}.`, { cause })
    throw cause
  }
}

/** The lines of a key file: vkeys, one a line; empty lines and those that begin with # say nothing. */
export const keyLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

/** Keys of a log from their vkeys. Errors: InputError for none, or for one that is no Ed25519 key of a log. */
export const readAnchors = (vkeys: readonly string[]): Verifier[] => {
  const anchors = vkeys.map((vkey) => reading('The key file', () => parseVkey(vkey)))
  if (anchors.length === 0) throw new InputError('The key file holds no key.')
  if (anchors.some(({ type }) => type !== 0x01)) throw new InputError('The key file holds the key of a witness, not that of a log.')
  return anchors
}

/** Errors: InputError. */
export const readPolicy = (text: string | undefined): Policy | null =>
  text === undefined ? null : reading('The policy', () => parsePolicy(text))
