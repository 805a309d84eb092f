// Directories and keys for the tests of this package, cleared at their end.
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const newKek = (): KeyObject => createSecretKey(randomBytes(32))

export type Rooms = { dir: () => string; file: () => string; clear: () => void }

/** `dir`: a new empty directory; `file`: a vault's path in one. */
export const rooms = (): Rooms => {
  const made: string[] = []
  const dir = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'vault-'))
    made.push(path)
    return path
  }
  const clear = (): void => {
    for (const path of made) rmSync(path, { recursive: true, force: true })
  }
  return { dir, file: () => join(dir(), 'vault.sqlite'), clear }
}
