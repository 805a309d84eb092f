// What can be wrong with what a stranger hands us: one error type, its codes a closed list.

/** README.md has a row for each. A code never changes its meaning: verifiers and their tests name it. */
export const tlogCodes = [
  'TILE_MALFORMED',
  'ENTRIES_MALFORMED',
  'RANGE_WRONG',
  'INCLUSION_WRONG',
  'CONSISTENCY_WRONG',
  'KEY_MALFORMED',
  'KEY_AMBIGUOUS',
  'NOTE_MALFORMED',
  'SIGNATURE_WRONG',
  'SIGNATURE_MISSING',
  'TREE_HEAD_MALFORMED',
  'ORIGIN_UNKNOWN',
  'PROOF_FILE_MALFORMED',
  'POLICY_MALFORMED',
  'QUORUM_MISSED',
  'REQUEST_MALFORMED',
] as const

export type TlogCode = (typeof tlogCodes)[number]

/** The only error that functions here throw of themselves; what a reader throws comes through as it is. */
export class TlogError extends Error {
  override readonly name = 'TlogError'
  readonly code: TlogCode

  constructor(code: TlogCode, message: string) {
    super(message)
    this.code = code
  }
}
