// What fsck finds: the first difference, by a code, with the place where it lies.
import { LedgerError } from '@consent-ledger/domain'
import { TlogError } from '@consent-ledger/tlog'
import { FileFault } from '../reading.ts'

/** README.md has a row for each. */
export const fsckCodes = [
  'PUBLISHED_HEAD_MISSING',
  'PUBLISHED_HEAD_WRONG',
  'KEY_UNKNOWN',
  'KEY_ROTATION_WRONG',
  'FILE_MISSING',
  'FILE_DAMAGED',
  'ENTRY_WRONG',
  'TILE_WRONG',
  'LEAF_WRONG',
  'REVISION_WRONG',
  'ROOT_WRONG',
  'STATE_WRONG',
  'HEAD_WRONG',
  'STORE_LACKS',
  'STORE_DIFFERS',
  'NOT_SEALED',
  'STATEMENT_WRONG',
  'STATEMENT_BROKEN',
] as const
export type FsckCode = (typeof fsckCodes)[number]

/** `where`: a file of the log, a leaf, a stream. `message`: a sentence for a person, without personal data. */
export type FsckFinding = { code: FsckCode; where: string; message: string }

/** Ends a check. */
export class Difference extends Error {
  readonly finding: FsckFinding
  constructor(code: FsckCode, where: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.finding = { code, where, message }
  }
}

/** What an error of a check says of the log; what says nothing of it (a disk that cannot be read) is thrown on. */
export const findingOf = (error: unknown): FsckFinding => {
  if (error instanceof Difference) return error.finding
  if (error instanceof FileFault) return { code: error.fault, where: error.path, message: `${error.message}.` }
  throw error
}

/** Runs `work`; where it throws for what it was given, and not for a disk, that is a difference. */
export const demanding = <Answer>(code: FsckCode, where: string, what: string, work: () => Answer): Answer => {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof Difference) throw cause
    const why = cause instanceof TlogError || cause instanceof LedgerError ? `: ${cause.message}` : ''
    throw new Difference(code, where, `${what}${why}.`, cause)
  }
}
