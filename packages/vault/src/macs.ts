// Keyed hashes: what the vault keeps instead of identifiers, idempotency keys and bodies. Keys are random, wrapped, one for each owner and use.
import { createHmac, type KeyObject } from 'node:crypto'
import type { Identifier, Vault } from './port.ts'
import type { Needs, Step, Tables } from './tables.ts'
import { newWrappedKey, unwrapKey } from './wrapping.ts'

/** Owner of the keys that serve the whole vault; no controller can have this id. */
const wholeVault = '*'

/** Keys of the whole vault: acts (`idempotency`, `body`) and tokens (the rest, for `Vault.mac`). */
export type VaultMacs = Record<'idempotency' | 'body' | Parameters<Vault['mac']>[0], KeyObject>

/** Use that keeps look-ups of one controller apart from those of every other, and from later uses (opposition, claims). */
export const directoryUse = 'directory'

const names = (owner: string, use: string): string[] => ['mac', owner, use]

/** The key of an owner for a use, or null if none was made yet. */
export const macKey = (tables: Tables, kek: KeyObject, owner: string, use: string): KeyObject | null => {
  const wrapped = tables.macKey(owner, use)
  return wrapped === undefined ? null : unwrapKey(kek, names(owner, use), wrapped)
}

/** The same, made if there is none: one step of writing, since two processes would otherwise make two. */
export const macKeyStep = (tables: Tables, kek: KeyObject, owner: string, use: string): Step<KeyObject> => {
  const there = macKey(tables, kek, owner, use)
  if (there !== null) return { answer: there }
  const { key, wrapped } = newWrappedKey(kek, names(owner, use))
  return { answer: key, apply: () => tables.addMacKey(owner, use, wrapped) }
}

/** What `vaultMacs` asks for. */
export const vaultMacNeeds: Needs = { macOwners: [wholeVault] }

/** The keys of the whole vault, made where one is missing. */
export const vaultMacs = (tables: Tables, kek: KeyObject): Step<VaultMacs> => {
  const made: (() => void)[] = []
  const key = (use: keyof VaultMacs): KeyObject => {
    const { answer, apply } = macKeyStep(tables, kek, wholeVault, use)
    if (apply) made.push(apply)
    return answer
  }
  const answer = {
    idempotency: key('idempotency'),
    body: key('body'),
    confirmation: key('confirmation'),
    showing: key('showing'),
    act: key('act'),
  }
  return { answer, apply: () => made.forEach((apply) => apply()) }
}

export const hmac = (key: KeyObject, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest()

/** What look-ups use instead of an identifier: HMAC-SHA-256 of scheme ‖ 0x00 ‖ normalised value, 32 bytes. A plain hash could be guessed (CNIL SAN-2020-003). */
export const fingerprint = (key: KeyObject, { scheme, value }: Identifier): Buffer => hmac(key, `${scheme}\0${value}`)
