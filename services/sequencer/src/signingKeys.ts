// The keys by which heads are signed, as files of the key directory: `log.key`, the one that is to follow it, those that signed before; and the newest head they signed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
// Not the whole edge: whoever only seals needs no server.
import { renameDurably, writeDurably } from '@consent-ledger/edge/durable-file'
import { openKeyFile, readKeyFile } from '@consent-ledger/logfiles'
import { parseVkey, type Signer } from '@consent-ledger/tlog'

export type SigningKeys = {
  /** The key of the first start: made, durably, if there is none. `origin`: its name. Errors: SIGNING_KEY_WRONG. */
  first(origin: string): Signer
  /** The key that `ledger log rotate-key` made to follow; null if there is none. */
  next(): Signer | null
  /** The key with this vkey, under whichever name it lies. Errors: SIGNING_KEY_WRONG if it is not here. */
  named(vkey: string): Signer
  /** Gives the key that signs from now on the name `log.key`, if it has another; the one before keeps its id in its name. Durable on return, safe to repeat. */
  takeOver(vkey: string): void
  /** Note of the newest head that the holder of these keys let anybody see; null if none is known. */
  newest(): string | null
  /** Remembers it as such; durable on return. Errors: STORE_UNAVAILABLE. */
  keepNewest(note: string): void
}

/** In the key directory. */
export const markFile = 'log.head'

const retired = (vkey: string): string => `log.key.${parseVkey(vkey).id}.retired`

/** `keys`: the key directory (LEDGER_KEYS). `say`: hears what a person must know of a file. */
export const openSigningKeys = (keys: string, say: (line: string) => void): SigningKeys => {
  const [current, following] = [join(keys, 'log.key'), join(keys, 'log.key.next')]
  const mark = join(keys, markFile)
  const at = (file: string): Signer | null => (existsSync(file) ? readKeyFile(file) : null)
  const named = (vkey: string): Signer => {
    const found = [current, following, join(keys, retired(vkey))].map(at).find((signer) => signer?.vkey === vkey)
    if (found) return found
    const { name, id } = parseVkey(vkey)
    throw new LedgerError(
      'SIGNING_KEY_WRONG',
      `${current} is missing or is not ${name}+${id}, by which this log is signed: bring that key back`,
    )
  }
  return {
    first: (origin) => openKeyFile(current, origin, { expectExisting: false, say }),
    next: () => at(following),
    named,
    takeOver: (vkey) => {
      const there = at(current)
      if (there?.vkey === vkey || at(following)?.vkey !== vkey) return
      if (there !== null) renameDurably(current, join(keys, retired(there.vkey)))
      // A crash here leaves no log.key: `named` finds the new one under the name that it still has, and the next call goes on below.
      renameDurably(following, current)
    },
    newest: () => (existsSync(mark) ? readFileSync(mark, 'utf8') : null),
    keepNewest: (note) => {
      try {
        // At once, though it waits for the disk: two turns behind the requests of a full load would cost the head more.
        writeDurably(mark, note)
      } catch (cause) {
        throw new LedgerError('STORE_UNAVAILABLE', `${mark} cannot be written: no head is published that it does not name`, { cause })
      }
    },
  }
}
