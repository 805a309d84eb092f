// Keys of a site: a pair issued, listed, revoked.
import { catalogueAggregate, decideRevokeSiteKey, decideSiteKeys, iso, refuse, type Catalogue } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import type { IngestDeps } from '../deps.ts'
import { actIdOf, administer, type Administration } from './administer.ts'
import { AlreadyIssued, newKey } from './keys.ts'

/** The controller of a site, among those that the operator may see. Errors: NOT_FOUND (also for "not yours"), CONTROLLER_NEEDED if several have such a site. */
export const controllerOfSite = async (
  deps: IngestDeps,
  operator: OperatorCaller,
  site: string,
  controller: string | undefined,
): Promise<Catalogue> => {
  const find = () =>
    deps.live
      .controllers()
      .filter(({ controllerId }) => controllerId === (operator.controller ?? controllerId) && controllerId === (controller ?? controllerId))
      .filter(({ sites }) => sites.has(site))
  if (find().length === 0) await deps.live.refresh()
  const [first, ...others] = find()
  if (!first) throw refuse('NOT_FOUND', '', 'known', 'No such site')
  if (others.length > 0)
    throw refuse('CONTROLLER_NEEDED', '/controller', 'ambiguous', 'Several controllers have a site of this id: name one')
  return first
}

/** Issues a pair; durable on return, in force here. Errors: NOT_FOUND, ALREADY_DONE (`AlreadyIssued`). */
export const issueSiteKeys = async (deps: IngestDeps, { controller, site }: { controller: string; site: string }, by: Administration) => {
  const id = await actIdOf(deps, by, `site-keys ${controller} ${site}`)
  const secret = newKey('sk')
  const publishable = newKey('pk')
  const replayed = await administer(deps, by, id, {
    aggregate: catalogueAggregate(controller),
    decide: (catalogue) =>
      decideSiteKeys(catalogue, site, [
        { keyId: id, kind: 'secret', sha256: secret.sha256 },
        { keyId: id, kind: 'publishable', sha256: publishable.sha256 },
      ]),
    conclude: (done) => done.replayed,
  })
  if (replayed) throw new AlreadyIssued(id)
  return { id, secret: secret.key, publishable: publishable.key }
}

/** Revokes a pair at once; nothing if it is revoked already. Errors: NOT_FOUND. */
export const revokeSiteKeys = async (
  deps: IngestDeps,
  { controller, site, keyId }: { controller: string; site: string; keyId: string },
  by: Administration,
) => {
  const revokedAt = await administer(deps, by, await actIdOf(deps, { writer: by.writer }, 'revoke'), {
    aggregate: catalogueAggregate(controller),
    decide: (catalogue) => decideRevokeSiteKey(catalogue, site, keyId),
    conclude: ({ state }) => [...state.siteKeys.values()].find((key) => key.keyId === keyId)?.revokedAt,
  })
  return { id: keyId, revokedAt: iso(revokedAt ?? deps.clock()) }
}

const time = (at: number | undefined): string | null => (at === undefined ? null : iso(at))

/** Oldest first. `lastUsedAt` is of the pair. */
export const listSiteKeys = async (deps: IngestDeps, catalogue: Catalogue, site: string) => {
  const uses = await deps.vault.keyUses()
  return [...catalogue.siteKeys.values()]
    .filter((key) => key.site === site)
    .map(({ keyId, kind, issuedAt, revokedAt }) => ({
      id: keyId,
      kind,
      issuedAt: iso(issuedAt),
      lastUsedAt: time(uses.get(keyId)),
      revokedAt: time(revokedAt),
    }))
}
