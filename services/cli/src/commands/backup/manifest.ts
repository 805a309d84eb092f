// `backup.json`: what a backup holds, written last, so that a directory without it is no backup.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LedgerError, Sha256Hex, StoreKind, Uuid } from '@consent-ledger/domain'
import { writeDurably } from '@consent-ledger/edge'
import { z } from 'zod'

export const manifestName = 'backup.json'
export const eventsName = 'events.sqlite'
export const vaultName = 'vault.sqlite'
/** The directory of the log inside a backup. */
export const logName = 'log'
/** In LEDGER_DATA, for `doctor`: the newest backup and where it went. */
const stampName = 'last-backup.json'
export const stampIn = (data: string): string => join(data, stampName)

const Digits = z.string().regex(/^(?:0|[1-9]\d*)$/)
const File = z.strictObject({ bytes: z.int(), sha256: Sha256Hex })

/**
 * `startedAt`, `endedAt`: RFC 3339; everything acknowledged before `startedAt` is in it. `log`: the published head that was copied (`root` in base64); the tiles
 * vouch for themselves, by that root. `events`, `vault`: null where they are on a server, which has its own tools.
 */
export const Manifest = z.strictObject({
  v: z.literal(1),
  ledgerId: Uuid,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  store: StoreKind,
  log: z.strictObject({ origin: z.string(), size: Digits, root: z.string() }).nullable(),
  events: File.nullable(),
  vault: File.nullable(),
})
export type Manifest = z.output<typeof Manifest>
export type FileFacts = z.output<typeof File>

/** Size and SHA-256 of a file. */
export const factsOf = async (file: string): Promise<FileFacts> => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** What the backup in `directory` says of itself. Errors: NOT_FOUND (no backup, or one that was not finished), DATA_CORRUPT. */
export const readManifest = async (directory: string): Promise<Manifest> => {
  const file = join(directory, manifestName)
  if (!existsSync(file))
    throw new LedgerError('NOT_FOUND', `${directory} is no backup, or one that was not finished: it has no ${manifestName}.`)
  try {
    return Manifest.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new LedgerError('DATA_CORRUPT', `${file} cannot be read. Take another backup.`, { cause })
  }
}

/** Errors: DATA_CORRUPT unless the file is byte for byte the one that was backed up. */
export const demandUnchanged = async (directory: string, name: string, facts: FileFacts): Promise<void> => {
  const file = join(directory, name)
  const found = existsSync(file) ? await factsOf(file) : null
  if (found?.sha256 === facts.sha256) return
  throw new LedgerError('DATA_CORRUPT', `${file} is not the file that was backed up: its SHA-256 differs. Take another backup.`)
}

/** Keeps in `data` which backup is its newest; durable on return. `directory`: absolute. */
export const stamp = (data: string, manifest: Manifest, directory: string): void =>
  writeDurably(stampIn(data), `${JSON.stringify({ ...manifest, directory }, null, 2)}\n`)
