// What a log sends to a witness, C2SP tlog-witness: `POST …/add-checkpoint`.
import { parseHashes, splitAtNote, withNote } from './aboveNote.ts'
import { TlogError } from './errors.ts'
import { parseDecimal } from './text.ts'

/** `old`: the size that the log believes the witness to have signed last, 0 for none. `proof`: from it to the tree head in `note`. */
export type AddCheckpoint = { old: bigint; proof: Uint8Array[]; note: string }

/** The body of the request. */
export const formatAddCheckpoint = ({ old, proof, note }: AddCheckpoint): string => withNote([`old ${old}`], proof, note)

/** The parts of the request; neither proof nor signature is checked. Errors: REQUEST_MALFORMED, NOTE_MALFORMED. */
export const parseAddCheckpoint = (text: string): AddCheckpoint => {
  const { lines, note } = splitAtNote(text, 'REQUEST_MALFORMED')
  const [first = '', ...hashes] = lines
  const old = first.startsWith('old ') ? parseDecimal(first.slice('old '.length)) : null
  if (old === null) throw new TlogError('REQUEST_MALFORMED', 'it does not begin with the old size')
  return { old, proof: parseHashes(hashes, 'REQUEST_MALFORMED'), note }
}
