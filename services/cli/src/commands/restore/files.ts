// What LEDGER_DATA lacks, brought from a backup: each file whole under its name, or not there. What is there is never replaced.
import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError, type StoreKind } from '@consent-ledger/domain'
import { renameDurably } from '@consent-ledger/edge'
import { demandUnchanged, eventsName, vaultName, type Manifest } from '../backup/manifest.ts'

/** A write-ahead log whose database is gone would be taken for the new one's: it is set aside, with what it may still hold. */
const setAsideStrays = (file: string): void => {
  for (const ending of ['-wal', '-shm', '-journal']) if (existsSync(file + ending)) renameDurably(file + ending, `${file}${ending}.stray`)
}

/** Durable on return. A crash leaves at most a `.restoring`, which is made anew. */
const copyDurably = (from: string, to: string): void => {
  const part = `${to}.restoring`
  copyFileSync(from, part)
  chmodSync(part, 0o600)
  const handle = openSync(part, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameDurably(part, to)
}

/** A backup that was read. */
export type Backup = { directory: string; manifest: Manifest }

/** Errors: DATA_FOREIGN if the backup is of a ledger in another kind of store. */
export const demandKind = ({ manifest }: Backup, store: StoreKind): void => {
  if (manifest.store !== store)
    throw new LedgerError(
      'DATA_FOREIGN',
      `The backup is of a ledger with LEDGER_STORE=${manifest.store}; this command was given LEDGER_STORE=${store}.`,
    )
}

/**
 * Brings `events.sqlite` and `vault.sqlite`, where `data` has none and the backup has one. Answers with their names.
 * Errors: DATA_CORRUPT if a file is not the one that was backed up: nothing was brought.
 */
export const bringFiles = async ({ directory, manifest }: Backup, data: string): Promise<string[]> => {
  const files = [
    { name: eventsName, facts: manifest.events },
    { name: vaultName, facts: manifest.vault },
  ].filter(({ name, facts }) => facts !== null && !existsSync(join(data, name)))
  for (const { name, facts } of files) if (facts !== null) await demandUnchanged(directory, name, facts)
  mkdirSync(data, { recursive: true, mode: 0o700 })
  for (const { name } of files) {
    setAsideStrays(join(data, name))
    copyDurably(join(directory, name), join(data, name))
  }
  return files.map(({ name }) => name)
}
