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

/** Longest time between the serving of a text and the act it was shown for, in hours: a token that is passed around is worth no more than that. */
const mostHours = 24

/** Whether the ledger made `token` for that text in the 24 hours up to `at` (epoch ms, when the act occurred: it may have waited in an offline queue since). */
export const isShowing = async (vault: Vault, served: Served, token: string, at: number): Promise<boolean> => {
  const [, hourText, mac] = pattern.exec(token) ?? []
  if (hourText === undefined || mac === undefined) return false
  const hour = Number.parseInt(hourText, 36)
  const age = Math.floor(at / hourMs) - hour
  if (age < 0 || age > mostHours) return false
  return timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(await macOf(vault, served, hour), 'hex'))
}
