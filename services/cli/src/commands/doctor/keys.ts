// Whether the keys are there, seen by their owner only, and the ones of this ledger.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError, type Ledger, type SigningKey } from '@consent-ledger/domain'
import { readKeyFile } from '@consent-ledger/logfiles'
import { openKeyDirectory } from '@consent-ledger/vault'
import { unwell, well, type Finding } from './finding.ts'

const bringBack = 'Bring it back from the copy of the keys that is kept apart from the data.'

const directoryOf = (keys: string): Finding => {
  if (!existsSync(keys)) return unwell('keys', `The key directory ${keys} is not there.`, `${bringBack} LEDGER_KEYS names where it lies.`)
  const mode = statSync(keys).mode & 0o077
  if (mode === 0) return well('keys', `${keys} is seen by its owner only`)
  return unwell('keys', `${keys} can be entered by others.`, `chmod 700 ${keys}`)
}

const masterKey = (keys: string, { ledgerId, masterKeyCheck }: Ledger): Finding => {
  const what = 'master.key'
  try {
    const master = openKeyDirectory(keys, () => {}, { expectExisting: true })
    if (ledgerId !== null && master.check(ledgerId) !== masterKeyCheck) return unwell(what, 'It is not the key of this ledger.', bringBack)
    return well(what, 'there, and the one of this ledger')
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return unwell(what, `${error.message}.`, bringBack)
  }
}

const signing = (keys: string, name: string, named: readonly SigningKey[]): Finding[] => {
  const newest = named.at(-1)
  if (newest === undefined) return [well(name, 'the ledger names none yet: it is made at the next start')]
  const file = join(keys, name)
  try {
    if ((statSync(file).mode & 0o077) !== 0) return [unwell(name, `${file} can be read by others.`, `chmod 600 ${file}`)]
    const { vkey } = readKeyFile(file)
    if (vkey === newest.vkey) return [well(name, 'there, and the one that the ledger names')]
    return [unwell(name, 'It is not the key that the ledger names.', bringBack)]
  } catch (error) {
    const says = error instanceof LedgerError ? error.message : `${file} is missing.`
    return [unwell(name, says, bringBack)]
  }
}

/** One finding for the directory and each key. `keys`: its path. Nothing of a key is in what they say. */
export const lookAtKeys = (keys: string, ledger: Ledger): Finding[] => {
  const directory = directoryOf(keys)
  if (!existsSync(keys)) return [directory]
  return [
    directory,
    masterKey(keys, ledger),
    ...signing(keys, 'log.key', ledger.logKeys),
    ...signing(keys, 'statement.key', ledger.statementKeys),
  ]
}
