// Signed notes, C2SP signed-note v1: a text, an empty line, and who signed it.
import { checkCosignature } from './cosignature.ts'
import { TlogError } from './errors.ts'
import { isKeyName, type Signer, type Verifier } from './keys.ts'
import { fromBase64, hasControl } from './text.ts'

/** More than any log needs, and few enough to check before anybody notices. */
const mostSignatures = 100

/** Characters of the longest note that is read. */
const longestNote = 1_000_000

/** A signature as the note states it; nothing of it is checked. `line` with its newline. */
export type StatedSignature = { name: string; id: string; signature: Uint8Array; line: string }

/** A signature that was checked. `time`: POSIX seconds, of a cosignature. */
export type VerifiedSignature = { name: string; id: string; vkey: string; line: string; time?: bigint }

export type OpenedNote = { text: string; verified: VerifiedSignature[]; others: string[] }

const malformed = (what: string): TlogError => new TlogError('NOTE_MALFORMED', what)

const checkCharacters = (note: string): void => {
  if (note.length > longestNote) throw malformed('the note is too long')
  if (!note.isWellFormed() || hasControl(note, '\n')) throw malformed('the note has characters that no note has')
}

const parseLine = (line: string): StatedSignature => {
  const { name = '', encoded = '' } = /^— (?<name>[^ ]+) (?<encoded>[^ ]+)$/u.exec(line)?.groups ?? {}
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || bytes === null || bytes.length < 5) throw malformed('a line behind the empty one is no signature')
  return { name, id: Buffer.from(bytes.subarray(0, 4)).toString('hex'), signature: bytes.subarray(4), line: `${line}\n` }
}

/** Text and signatures of a note, nothing checked but the form. Errors: NOTE_MALFORMED. */
export const parseNote = (note: string): { text: string; signatures: StatedSignature[] } => {
  checkCharacters(note)
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n') || note.length === split + 2) throw malformed('the note has no signature behind an empty line')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > mostSignatures) throw malformed(`the note has more than ${mostSignatures} signatures`)
  return { text: note.slice(0, split + 1), signatures: lines.map(parseLine) }
}

/** A note under one or more signatures. `text` ends in a newline. Errors: NOTE_MALFORMED, KEY_MALFORMED for a key that signs with a time only. */
export const signNote = (text: string, ...signers: readonly Pick<Signer, 'sign'>[]): string => {
  checkCharacters(text)
  if (!text.endsWith('\n')) throw malformed('the text of a note ends in a newline')
  if (signers.length === 0) throw malformed('a note has a signature')
  return `${text}\n${signers.map((signer) => signer.sign(text)).join('')}`
}

const keyOf = (signature: StatedSignature, verifiers: readonly Verifier[]): Verifier | undefined => {
  const known = verifiers.filter(({ name, id }) => name === signature.name && id === signature.id)
  if (known.some(({ vkey }) => vkey !== known[0]?.vkey))
    throw new TlogError('KEY_AMBIGUOUS', `two of the keys are called ${signature.name}+${signature.id}`)
  return known[0]
}

const check = (text: string, stated: StatedSignature, key: Verifier): VerifiedSignature => {
  const wrong = new TlogError('SIGNATURE_WRONG', `the signature of ${key.name}+${key.id} is not of this text`)
  const base = { name: key.name, id: key.id, vkey: key.vkey, line: stated.line }
  if (key.type === 0x04) {
    const time = checkCosignature(key, text, stated.signature)
    if (time === null) throw wrong
    return { ...base, time }
  }
  if (!key.verifies(Buffer.from(text), stated.signature)) throw wrong
  return base
}

/**
 * Checks a note with the keys that the caller accepts. Keys that are not among them are passed over (`others`: their lines, verbatim); a repeated
 * signature of one key is checked and told once. Errors: NOTE_MALFORMED; SIGNATURE_WRONG if an accepted key's signature is not of this text;
 * SIGNATURE_MISSING if none of them signed; KEY_AMBIGUOUS if two different accepted keys have one name and id.
 */
export const openNote = (note: string, verifiers: readonly Verifier[]): OpenedNote => {
  const { text, signatures } = parseNote(note)
  const verified = new Map<string, VerifiedSignature>()
  const others: string[] = []
  for (const stated of signatures) {
    const key = keyOf(stated, verifiers)
    if (key === undefined) others.push(stated.line)
    else {
      const signature = check(text, stated, key)
      if (!verified.has(key.vkey)) verified.set(key.vkey, signature)
    }
  }
  if (verified.size === 0) throw new TlogError('SIGNATURE_MISSING', 'none of the accepted keys signed the note')
  return { text, verified: [...verified.values()], others }
}
