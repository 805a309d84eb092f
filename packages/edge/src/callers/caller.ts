// Who is calling, once the key has been recognised.
import { type Catalogue, LedgerError, type Role } from '@consent-ledger/domain'

/** A site's server (`secret`) or its pages (`publishable`, then with the Origin that was checked). `catalogue` is the live one of its controller. */
export type SiteCaller = {
  kind: 'site'
  controller: string
  site: string
  keyId: string
  trust: 'secret' | 'publishable'
  origin?: string
  catalogue: Catalogue
}
/** A member of staff. Without `controller` they see every controller. */
export type OperatorCaller = { kind: 'operator'; operatorId: string; roles: Role[]; controller?: string }
export type Caller = SiteCaller | OperatorCaller

type Called = { caller: Caller | null }

/** The site behind a request. A route that only admits site keys always has one; elsewhere FORBIDDEN. */
export const siteOf = (request: Called): SiteCaller => {
  if (request.caller?.kind !== 'site') throw new LedgerError('FORBIDDEN', 'This needs the key of a site.')
  return request.caller
}

/** The operator behind a request. A route that only admits roles always has one; elsewhere FORBIDDEN. */
export const operatorOf = (request: Called): OperatorCaller => {
  if (request.caller?.kind !== 'operator') throw new LedgerError('FORBIDDEN', 'This needs the key of an operator.')
  return request.caller
}
