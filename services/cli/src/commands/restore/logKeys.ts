// The keys by which heads of this log may be signed: those that the ledger names, and those in the key directory, which may be newer than a backup.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger } from '@consent-ledger/domain'
import { readKeyFile } from '@consent-ledger/logfiles'
import type { Signer } from '@consent-ledger/tlog'

/** `log.key`, the one that is to follow it, and those that signed before it. */
const isLogKey = (name: string): boolean => /^log\.key(?:\.next|\.[0-9a-f]{8}\.retired)?$/.test(name)

/** Errors: SIGNING_KEY_WRONG for a key file that is none. */
export const signersIn = (keys: string): Signer[] => {
  const files = existsSync(keys) ? readdirSync(keys).filter(isLogKey).sort() : []
  return files.map((name) => readKeyFile(join(keys, name)))
}

/** vkeys, each once. Errors: SIGNING_KEY_WRONG. */
export const logKeysOf = ({ logKeys }: Ledger, signers: readonly Signer[]): string[] => [
  ...new Set([...logKeys, ...signers].map(({ vkey }) => vkey)),
]
