// The bytes of a log written bare: the same entries hashed, the same tiles and bundles written and fsynced side by side, with nothing read, compared, signed or kept.
import { closeSync, fsync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { encodeEntries, leafHash, newTiles, tileRoot, tileWidth, type Tile } from '@consent-ledger/tlog'
import { newPath, remove } from './place.ts'

/** Leaves written at once, as the sequencer does at full rate. */
const atOnce = 4096
const flush = promisify(fsync)

const entriesOf = async (data: string, leaves: number): Promise<Uint8Array[]> => {
  const log = new PublishedLog(openLogDirectoryReader(join(data, 'log')), () => [])
  const entries: Uint8Array[] = []
  for await (const { entry } of log.entries(0n, BigInt(leaves))) entries.push(entry)
  return entries
}

const writeFsynced = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = openSync(path, 'wx')
  writeSync(file, bytes)
  await flush(file)
  closeSync(file)
}

/** The hashes of each level, lowest first. */
class Levels {
  readonly #levels: Uint8Array[][] = []

  add(hash: Uint8Array, level = 0): void {
    const hashes = (this.#levels[level] ??= [])
    hashes.push(hash)
    if (hashes.length % tileWidth === 0) this.add(tileRoot(Buffer.concat(hashes.slice(-tileWidth))), level + 1)
  }

  tile({ level, index, width }: Tile): Uint8Array {
    const first = Number(index) * tileWidth
    return Buffer.concat((this.#levels[level] ?? []).slice(first, first + width))
  }
}

/** Seconds for the first `leaves` of the log of a ledger, as far as their bundles are full, read into memory before. */
export const bareSeconds = async (data: string, leaves: number): Promise<number> => {
  const entries = await entriesOf(data, leaves - (leaves % tileWidth))
  const directory = newPath('bare')
  mkdirSync(directory)
  const begun = performance.now()
  const levels = new Levels()
  for (let from = 0; from < entries.length; from += atOnce) {
    const to = Math.min(from + atOnce, entries.length)
    for (const entry of entries.slice(from, to)) levels.add(leafHash(entry))
    const written = newTiles(BigInt(from), BigInt(to)).map(async (tile) => {
      const name = join(directory, `${tile.level}-${tile.index}-${tile.width}`)
      await writeFsynced(`${name}.tile`, levels.tile(tile))
      const first = Number(tile.index) * tileWidth
      if (tile.level === 0) await writeFsynced(`${name}.entries`, encodeEntries(entries.slice(first, first + tile.width)))
    })
    await Promise.all(written)
  }
  const seconds = (performance.now() - begun) / 1000
  remove(directory)
  return seconds
}
