// The vault's file of a ledger that moves: set aside once it was copied, so that no start takes it for the vault again.
import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { join } from 'node:path'

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
  if (isSetAside(file)) return
  renameSync(file, file + ending)
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
