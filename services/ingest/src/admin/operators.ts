// Operators: the people of the legal team, their roles and keys. Their names are sealed.
import { decideRevokeOperator, iso, operatorsAggregate, refuse, type Operator, type OperatorFact } from '@consent-ledger/domain'
import { keyIdOf, openField, seal } from '@consent-ledger/vault'
import type { IngestDeps } from '../deps.ts'
import type { NewOperator } from '../schemas/keys.ts'
import { actIdOf, administer, type Administration } from './administer.ts'
import { AlreadyIssued, newKey } from './keys.ts'

/** A name belongs to the operator's own act, which is also their id. */
const nameContext = (operatorId: string) => ({ actId: operatorId, subjectId: operatorId, field: 'name' })

const otherContent = () =>
  refuse(
    'IDEMPOTENCY_CONFLICT',
    '',
    'same-content',
    'This Idempotency-Key came with another operator before: nothing of this request was recorded',
  )

/** Whether the operator that was added under this key is the one asked for. A name that can no longer be opened is held against nobody. */
const isAsAsked = async (deps: IngestDeps, there: Operator, asked: NewOperator): Promise<boolean> => {
  const name = await nameOf(deps, there)
  const roles = new Set(asked.roles)
  return (
    roles.size === there.roles.length &&
    there.roles.every((role) => roles.has(role)) &&
    there.controller === asked.controller &&
    (name === null || name === asked.name)
  )
}

/** Adds an operator; durable on return, in force here. Errors: ALREADY_DONE (`AlreadyIssued`), IDEMPOTENCY_CONFLICT. */
export const addOperator = async (
  deps: IngestDeps,
  { name, roles, controller }: NewOperator,
  by: Administration,
): Promise<{ id: string; key: string }> => {
  const id = await actIdOf(deps, by, 'operator')
  const { key, sha256 } = newKey('ok')
  const register = await deps.vault.registerKey(controller ?? 'ledger', deps.clock())
  const sealed = seal(register, nameContext(id), name)
  const added: OperatorFact = {
    type: 'OperatorAdded',
    data: { operatorId: id, name: sealed, roles: [...new Set(roles)], ...(controller === undefined ? {} : { controller }), sha256 },
  }
  const there = await administer(deps, by, id, {
    aggregate: operatorsAggregate,
    decide: () => [added],
    conclude: ({ replayed, state }) => (replayed ? state.byId.get(id) : undefined),
  })
  if (there) throw (await isAsAsked(deps, there, { name, roles, controller })) ? new AlreadyIssued(id) : otherContent()
  return { id, key }
}

/** Revokes an operator at once; nothing if they are revoked already. Errors: NOT_FOUND. */
export const revokeOperator = async (deps: IngestDeps, operatorId: string, by: Administration) => {
  const revokedAt = await administer(deps, by, await actIdOf(deps, { writer: by.writer }, 'revoke'), {
    aggregate: operatorsAggregate,
    decide: (operators) => decideRevokeOperator(operators, operatorId),
    conclude: ({ state }) => state.byId.get(operatorId)?.revokedAt,
  })
  return { id: operatorId, revokedAt: iso(revokedAt ?? deps.clock()) }
}

/** Null once the register's key is gone. */
const nameOf = async (deps: IngestDeps, { operatorId, name }: Operator): Promise<string | null> => {
  const key = await deps.vault.keyById(keyIdOf(name.sealed))
  if (!key) return null
  const { value } = openField(key, nameContext(operatorId), name)
  return typeof value === 'string' ? value : null
}

/** Oldest first; with `controller` only its own. */
export const listOperators = async (deps: IngestDeps, controller: string | undefined) => {
  const uses = await deps.vault.keyUses()
  const seen = deps.live.operators().filter((operator) => controller === undefined || operator.controller === controller)
  return Promise.all(
    seen.map(async (operator) => {
      const used = uses.get(operator.operatorId)
      return {
        id: operator.operatorId,
        name: await nameOf(deps, operator),
        roles: operator.roles,
        controller: operator.controller ?? null,
        addedAt: iso(operator.addedAt),
        lastUsedAt: used === undefined ? null : iso(used),
        revokedAt: operator.revokedAt === undefined ? null : iso(operator.revokedAt),
      }
    }),
  )
}
