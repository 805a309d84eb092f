// Where each file of a log lies in its directory: three parts side by side, so that a copy of `public` holds no entry and no state.
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { partOf, type Part } from '../paths.ts'

const directories: Readonly<Record<Part, string>> = { public: 'public', entries: 'entries', state: '' }

/** Others may read what is public anyway; a web server or a copying program often runs as somebody else. */
export const modes: Readonly<Record<Part, { directory: number; file: number }>> = {
  public: { directory: 0o755, file: 0o644 },
  entries: { directory: 0o700, file: 0o600 },
  state: { directory: 0o700, file: 0o600 },
}

/** Where a file lies; null for what is no file of a log, so that no name leads out of the directory. */
export const placeOf = (root: string, path: string): { file: string; part: Part } | null => {
  const part = partOf(path)
  return part === null ? null : { file: join(root, directories[part], path), part }
}

/** Drafts lie apart from what is public: whoever copies that never takes half a file. */
export const draftsIn = (root: string): string => join(root, 'drafts')

/** Files of batches that were cut short lie apart too: they are of no tree that anybody was shown. */
export const apartIn = (root: string): string => join(root, 'apart')

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** The fault behind an error of the file system. A LedgerError stays what it is. */
export const faultOf = (cause: unknown): LedgerError => {
  if (cause instanceof LedgerError) return cause
  const code = codeOf(cause)
  return new LedgerError('STORE_UNAVAILABLE', `The log directory cannot be read or written at present${code === '' ? '' : ` (${code})`}.`, {
    cause,
  })
}
