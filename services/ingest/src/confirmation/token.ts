// The token of a double opt-in: made from the act that asked and its last moment, so that a retry of the act gives the same one.
import { timingSafeEqual } from 'node:crypto'
import { iso } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import type { Confirmation } from '../schemas/receipts.ts'

const pattern = /^([0-9a-f]{32})\.([0-9a-z]{1,10})\.([0-9a-f]{64})$/

const macOf = (vault: Vault, actId: string, expiresAt: number): Promise<string> => vault.mac('confirmation', `${actId}\n${expiresAt}`)

const asUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** What the site mails. `expiresAt`: epoch ms. */
export const confirmationFor = async (vault: Vault, publicUrl: string, actId: string, expiresAt: number): Promise<Confirmation> => {
  const token = `${actId.replaceAll('-', '')}.${expiresAt.toString(36)}.${await macOf(vault, actId, expiresAt)}`
  return { url: `${publicUrl.replace(/\/$/, '')}/confirm/${token}`, token, expiresAt: iso(expiresAt) }
}

/** The act a token asks to confirm, or null if the ledger did not make it. Whether it is still open is for the caller to judge. */
export const readToken = async (vault: Vault, token: string): Promise<{ actId: string; expiresAt: number } | null> => {
  const [, act, expires, mac] = pattern.exec(token) ?? []
  if (act === undefined || expires === undefined || mac === undefined) return null
  const actId = asUuid(act)
  const expiresAt = Number.parseInt(expires, 36)
  return timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(await macOf(vault, actId, expiresAt), 'hex')) ? { actId, expiresAt } : null
}
