// The directory of keys (LEDGER_KEYS): `master.key`, under which every other key of the vault is wrapped. It is never made twice.
import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
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
import { dirname, join, resolve } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { checkValue } from './wrapping.ts'

/** `kek`: 256 bit, for `openSqliteVault`. `check`: what `LedgerCreated.masterKeyCheck` holds for this key, hex. */
export type KeyDirectory = { kek: KeyObject; check(ledgerId: string): string }

const firstLine = '# Master key of a consent ledger, format 1: the second line is 32 bytes in base64url. Keep a copy apart from the data.'
const wrong = (message: string, cause?: unknown): LedgerError => new LedgerError('MASTER_KEY_WRONG', message, { cause })

/**
 * Opens `<dir>/master.key`, or makes it (directory 0700, file 0600, both fsynced before anything can be sealed under it) and tells `say` to
 * back it up. `expectExisting`: data exist already, so a missing key is never replaced by a new one.
 * Errors: MASTER_KEY_WRONG (missing though data exist, readable by others, malformed), each naming the file.
 */
export const openKeyDirectory = (dir: string, say: (line: string) => void, options: { expectExisting?: boolean } = {}): KeyDirectory => {
  const file = join(resolve(dir), 'master.key')
  if (!existsSync(file)) {
    if (options.expectExisting === true)
      throw wrong(`${file} is missing, and without it nothing that was sealed can be opened: bring it back from its copy`)
    if (makeKey(file))
      say(`Made the master key ${file}: back it up apart from the data; without it nothing that was sealed can be opened again.`)
  }
  const kek = readKey(file)
  return { kek, check: (ledgerId) => checkValue(kek, 'ledger', ledgerId) }
}

const readKey = (file: string): KeyObject => {
  if ((statSync(file).mode & 0o077) !== 0) throw wrong(`${file} can be read by others: make it yours alone (chmod 600)`)
  const [comment, text, end, ...rest] = readFileSync(file, 'utf8').split('\n')
  if (!comment?.startsWith('#') || text === undefined || !/^[A-Za-z0-9_-]{43}$/.test(text) || (end ?? '') !== '' || rest.length > 0)
    throw wrong(`${file} is not a master key: it must have a comment line and a line of 43 base64url characters`)
  return createSecretKey(Buffer.from(text, 'base64url'))
}

/** False if another process made it meanwhile: then theirs counts. */
const makeKey = (file: string): boolean => {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    return publish(file, `${firstLine}\n${randomBytes(32).toString('base64url')}\n`)
  } catch (error) {
    throw wrong(`${file} cannot be made (${codeOf(error)})`, error)
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason')

/** The whole file durably in its place, or false if there is one already. */
const publish = (file: string, text: string): boolean => {
  const draft = `${file}.${randomUUID()}`
  try {
    writeDurably(draft, text)
    // A crash before this line leaves a draft that nobody reads; after it, the whole key.
    linkSync(draft, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
    syncDirectory(dirname(file))
    syncDirectory(dirname(dirname(file)))
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

const syncDirectory = (dir: string): void => {
  const handle = openSync(dir, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
