// What a route declares about itself in its `config`: who may call it, how large it may be, whether it is an act.
import type { Role } from '@consent-ledger/domain'

/**
 * Who may call a route. `public`: nobody needs a key, and a known key is still recognised. Otherwise the site keys and the operator roles
 * listed; whoever has one of them may.
 */
export type Access = 'public' | { readonly site?: readonly ('secret' | 'publishable')[]; readonly roles?: readonly Role[] }

/** Largest body in bytes: one act, a batch, a catalogue (API.md, Everywhere). */
export const bodyLimits = { act: 32 * 1024, batch: 4 * 1024 * 1024, catalogue: 8 * 1024 * 1024 } as const
export type BodyLimit = keyof typeof bodyLimits

/** Every route registered on the edge must say who may call it; the rest has defaults. */
export type RouteRules = {
  access: Access
  /** A secret key must send an Idempotency-Key. */
  act?: true
  /** Default `act`. */
  limit?: BodyLimit
  /** The body has no end in size or in time; only silence ends it. The route reads it as it comes, and never keeps it whole. */
  streamed?: true
  /** `any`: readable by pages of every origin. Default: routes for publishable keys, by pages of the origins of registered sites. */
  cors?: 'any'
}
