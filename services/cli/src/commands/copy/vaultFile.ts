// The vault's file of a ledger that moves: set aside once it was copied, so that no start takes it for the vault again.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { renameDurably } from '@consent-ledger/edge'

const ending = '.moved'

/** Where the vault's file of a data directory is, set aside or not. */
export const vaultIn = (directory: string): string => {
  const file = join(directory, 'vault.sqlite')
  return !existsSync(file) && existsSync(file + ending) ? file + ending : file
}

export const isSetAside = (file: string): boolean => file.endsWith(ending)

/** Renames it, if that is not done; durable on return. Nobody may have it open: its write-ahead log would stay behind. */
export const setAside = (directory: string): void => {
  const file = vaultIn(directory)
  if (!isSetAside(file)) renameDurably(file, file + ending)
}
