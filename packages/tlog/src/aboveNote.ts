// The lines above a note in the two messages that carry one: a proof file and a request to a witness. Both end in hashes and an empty line.
import { TlogError, type TlogCode } from './errors.ts'
import { hashSize } from './hashes.ts'
import { parseNote } from './note.ts'
import { fromBase64, toBase64 } from './text.ts'

/** Hashes of the longest proof between trees of less than 2^63 leaves; a limit of C2SP tlog-witness. */
const longestProof = 63

/** The lines, the hashes one a line, an empty line, the note as it is. */
export const withNote = (lines: readonly string[], proof: readonly Uint8Array[], note: string): string =>
  [...lines, ...proof.map((hash) => toBase64(hash)), '', note].join('\n')

/** The lines above the first empty line, and the note below it, of which only the form is checked. Errors: `code`, NOTE_MALFORMED. */
export const splitAtNote = (text: string, code: TlogCode): { lines: string[]; note: string } => {
  const end = text.indexOf('\n\n')
  if (end < 0) throw new TlogError(code, 'it has no empty line')
  const note = text.slice(end + 2)
  parseNote(note)
  return { lines: text.slice(0, end).split('\n'), note }
}

/** Errors: `code` if there are more than 63, or one is not a hash in base64. */
export const parseHashes = (lines: readonly string[], code: TlogCode): Uint8Array[] => {
  if (lines.length > longestProof) throw new TlogError(code, `its proof has more than ${longestProof} hashes`)
  return lines.map((line) => {
    const hash = fromBase64(line)
    if (hash?.length !== hashSize) throw new TlogError(code, 'a line of its proof is not a hash in base64')
    return hash
  })
}
