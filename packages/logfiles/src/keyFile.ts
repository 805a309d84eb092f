// A key that signs notes, in a file of its own: read, or made once and never twice.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
// Not the whole domain: a witness reads its key by this file too, and knows nothing of consent.
import { LedgerError } from '@consent-ledger/domain/errors'
import { generateKey, type KeyType, parseSkey, type Signer, TlogError } from '@consent-ledger/tlog'

/** `expectExisting`: something was signed by it already, so a missing key is never replaced by a new one. `say`: hears that a key was made, and that it should be backed up. */
export type KeyFileOptions = { expectExisting: boolean; type?: KeyType; say?: (line: string) => void }

const wrong = (message: string, cause?: unknown): LedgerError =>
  new LedgerError('SIGNING_KEY_WRONG', message, cause === undefined ? {} : { cause })

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason')

/**
 * Reads a key: one line, as Go's sumdb/note writes a signer key. Errors: SIGNING_KEY_WRONG (missing, readable by others, malformed), each naming the file and
 * nothing of the key.
 */
export const readKeyFile = (file: string): Signer => {
  const path = resolve(file)
  if (!existsSync(path))
    throw wrong(`${path} is missing, and what it signed so far can be continued by no other: bring it back from its copy`)
  if ((statSync(path).mode & 0o077) !== 0) throw wrong(`${path} can be read by others: make it yours alone (chmod 600)`)
  try {
    return parseSkey(readFileSync(path, 'utf8').replace(/\r?\n$/, ''))
  } catch (error) {
    if (error instanceof TlogError) throw wrong(`${path} is not a key that signs notes`, error)
    throw wrong(`${path} cannot be read (${codeOf(error)})`, error)
  }
}

/**
 * Reads a key, or makes one (0600, its directory 0700 if that must be made; durable on return, before anything is signed by it). `name`: of a key that is made;
 * one that is there keeps its own. Errors: SIGNING_KEY_WRONG.
 */
export const openKeyFile = (file: string, name: string, { expectExisting, type, say }: KeyFileOptions): Signer => {
  const path = resolve(file)
  if (!expectExisting && !existsSync(path) && makeKey(path, name, type))
    say?.(`Made the key ${path}: back it up apart from the data; what it signed can be continued by no other.`)
  return readKeyFile(path)
}

/** False if another process made it meanwhile: then theirs counts. */
const makeKey = (path: string, name: string, type: KeyType | undefined): boolean => {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return publish(path, `${generateKey(name, type).skey}\n`)
  } catch (error) {
    throw wrong(`${path} cannot be made (${error instanceof TlogError ? error.message : codeOf(error)})`, error)
  }
}

/** The whole file durably in its place, or false if there is one already. */
const publish = (path: string, text: string): boolean => {
  const draft = `${path}.${randomUUID()}`
  try {
    writeDurably(draft, text)
    // A crash before this line leaves a draft that nobody reads; after it, the whole key.
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
    syncDirectory(dirname(path))
    syncDirectory(dirname(dirname(path)))
  }
}

const writeDurably = (file: string, text: string): void => {
  const handle = openSync(file, 'wx', 0o600)
  try {
    fchmodSync(handle, 0o600)
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const syncDirectory = (directory: string): void => {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
