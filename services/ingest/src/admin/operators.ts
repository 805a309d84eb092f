// Operators: the people of the legal team, their roles and keys. Their names are sealed.
import {
  decideRevokeOperator,
  evolveOperators,
  initialOperators,
  iso,
  operatorsStream,
  type Operator,
  type OperatorFact,
} from '@consent-ledger/domain'
import { keyIdOf, openField, seal } from '@consent-ledger/vault'
import type { IngestDeps } from '../deps.ts'
import type { NewOperator } from '../schemas/keys.ts'
import { actIdOf, administer, type Administration } from './administer.ts'
import { AlreadyIssued, newKey } from './keys.ts'

const stream = { stream: operatorsStream, initial: initialOperators, evolve: evolveOperators }

/** A name belongs to the operator's own act, which is also their id. */
const nameContext = (operatorId: string) => ({ actId: operatorId, subjectId: operatorId, field: 'name' })

/** Adds an operator; durable on return, in force here. Errors: ALREADY_DONE (`AlreadyIssued`). */
export const addOperator = async (
  deps: IngestDeps,
  { name, roles, controller }: NewOperator,
  by: Administration,
): Promise<{ id: string; key: string }> => {
  const id = await actIdOf(deps, by, 'operator')
  const { key, sha256 } = newKey(deps, 'ok')
  const register = await deps.vault.registerKey(controller ?? 'ledger', deps.clock())
  const sealed = seal(register, nameContext(id), name)
  const added: OperatorFact = {
    type: 'OperatorAdded',
    data: { operatorId: id, name: sealed, roles: [...new Set(roles)], ...(controller === undefined ? {} : { controller }), sha256 },
  }
  const { replayed } = await administer(deps, by, id, { ...stream, decide: () => [added] })
  if (replayed) throw new AlreadyIssued(id)
  return { id, key }
}

/** Revokes an operator at once; nothing if they are revoked already. Errors: NOT_FOUND. */
export const revokeOperator = async (deps: IngestDeps, operatorId: string, by: Administration) => {
  const { state } = await administer(deps, by, await actIdOf(deps, { writer: by.writer }, 'revoke'), {
    ...stream,
    decide: (operators) => decideRevokeOperator(operators, operatorId),
  })
  return { id: operatorId, revokedAt: iso(state.byId.get(operatorId)?.revokedAt ?? deps.clock()) }
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
