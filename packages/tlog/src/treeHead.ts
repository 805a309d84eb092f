// The root that somebody signs, C2SP tlog-checkpoint: three lines, and no extension lines.
import { TlogError } from './errors.ts'
import { hashSize } from './hashes.ts'
import { isKeyName, type Verifier } from './keys.ts'
import { openNote, parseNote } from './note.ts'
import { fromBase64, parseDecimal, toBase64 } from './text.ts'

/** `origin` is which log it is, and the name of its key. */
export type TreeHead = { origin: string; size: bigint; root: Uint8Array }

/** `name`, `vkey` of the witness; `time` in POSIX seconds. */
export type Cosignature = { name: string; vkey: string; time: bigint }

/** `note` is the text that was opened, verbatim. */
export type OpenedTreeHead = { head: TreeHead; note: string; signedBy: Verifier; cosignatures: Cosignature[] }

/** The text that is signed. Errors: TREE_HEAD_MALFORMED for what `parseTreeHead` would refuse. */
export const formatTreeHead = ({ origin, size, root }: TreeHead): string => {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`
  parseTreeHead(text)
  return text
}

/** Errors: TREE_HEAD_MALFORMED. */
export const parseTreeHead = (text: string): TreeHead => {
  const [origin = '', decimal = '', encoded = '', rest, ...more] = text.split('\n')
  const size = parseDecimal(decimal)
  const root = fromBase64(encoded)
  if (rest !== '' || more.length > 0) throw new TlogError('TREE_HEAD_MALFORMED', 'a tree head has three lines')
  if (!isKeyName(origin)) throw new TlogError('TREE_HEAD_MALFORMED', 'its origin is not the name of a key')
  if (size === null) throw new TlogError('TREE_HEAD_MALFORMED', 'its size is not a number as it is written')
  if (root?.length !== hashSize) throw new TlogError('TREE_HEAD_MALFORMED', 'its root is not a hash in base64')
  return { origin, size, root }
}

/**
 * Checks a tree head: a key of `log` that has its origin as name must have signed it; witnesses that are known must have signed it rightly.
 * Size and root are to be taken from the answer alone. Errors: NOTE_MALFORMED, TREE_HEAD_MALFORMED, ORIGIN_UNKNOWN (no key of `log` has that name),
 * SIGNATURE_WRONG, SIGNATURE_MISSING (the log did not sign it), KEY_AMBIGUOUS.
 */
export const openTreeHead = (note: string, log: readonly Verifier[], witnesses: readonly Verifier[] = []): OpenedTreeHead => {
  const head = parseTreeHead(parseNote(note).text)
  const keys = log.filter(({ name, type }) => name === head.origin && type === 0x01)
  if (keys.length === 0) throw new TlogError('ORIGIN_UNKNOWN', `none of the accepted keys is of ${head.origin}`)
  const { verified } = openNote(note, [...keys, ...witnesses])
  const signedBy = keys.find((key) => verified.some(({ vkey }) => vkey === key.vkey))
  if (signedBy === undefined) throw new TlogError('SIGNATURE_MISSING', `${head.origin} did not sign the tree head`)
  const cosignatures = verified.flatMap(({ name, vkey, time }) => (time === undefined ? [] : [{ name, vkey, time }]))
  return { head, note, signedBy, cosignatures }
}
