// The token that comes with a notice text: when it comes back with an act, the ledger knows that it served that very text.
import { timingSafeEqual } from 'node:crypto'
import type { PublishedNotice } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'

const hourMs = 3_600_000
const pattern = /^([0-9a-z]{1,8})\.([0-9a-f]{64})$/

type Served = { controller: string; notice: Pick<PublishedNotice, 'id' | 'version' | 'language' | 'sha256'> }

const macOf = (vault: Vault, served: Served, hour: number): Promise<string> => {
  const { id, version, language, sha256 } = served.notice
  return vault.mac('showing', [served.controller, id, version, language, sha256, hour].join('\n'))
}

/** `<hour>.<mac>`: the same for everybody who asks in that hour, so that it tells nothing about who saw it. */
export const showingToken = async (vault: Vault, served: Served, now: number): Promise<string> => {
  const hour = Math.floor(now / hourMs)
  return `${hour.toString(36)}.${await macOf(vault, served, hour)}`
}

/** Whether the ledger made `token` for that text, in an hour not after `now`. Of any age: an act may wait in an offline queue. */
export const isShowing = async (vault: Vault, served: Served, token: string, now: number): Promise<boolean> => {
  const [, hourText, mac] = pattern.exec(token) ?? []
  if (hourText === undefined || mac === undefined) return false
  const hour = Number.parseInt(hourText, 36)
  if (hour > Math.floor(now / hourMs)) return false
  return timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(await macOf(vault, served, hour), 'hex'))
}
