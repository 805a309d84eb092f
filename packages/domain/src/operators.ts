// The people of the legal team and their keys, folded from the stream `operators`.
import { z } from 'zod'
import type { Aggregate } from './aggregate.ts'
import { refuse } from './errors.ts'
import type { RecordedEvent } from './event.ts'
import { ms } from './time.ts'
import { SealedField } from './sealed.ts'
import { Id, Sha256Hex, Uuid } from './words.ts'

export const Role = z.enum(['legal', 'dpo', 'marketing', 'auditor', 'admin'])
export type Role = z.infer<typeof Role>

export const operatorEvents = {
  /** `name` is sealed under the register's key. Without `controller` the operator sees all. */
  OperatorAdded: z.strictObject({
    operatorId: Uuid,
    name: SealedField,
    roles: z.array(Role).min(1),
    controller: Id.optional(),
    sha256: Sha256Hex,
  }),
  /** The operator's key opens nothing from here on. */
  OperatorRevoked: z.strictObject({ operatorId: Uuid }),
} as const
export type OperatorFact = {
  [T in keyof typeof operatorEvents]: { type: T; data: z.infer<(typeof operatorEvents)[T]> }
}[keyof typeof operatorEvents]

export const operatorsStream = 'operators'

/** `controller` absent: sees all. */
export type Operator = {
  operatorId: string
  name: SealedField
  roles: Role[]
  controller?: string | undefined
  sha256: string
  actId: string
  addedAt: number
  revokedAt?: number
}
export type Operators = { byHash: Map<string, Operator>; byId: Map<string, Operator>; lastRevision: bigint }

const initialOperators = (): Operators => ({ byHash: new Map(), byId: new Map(), lastRevision: -1n })

/** Adds one event to the fold; mutates and returns `operators`. */
const evolveOperators = (operators: Operators, event: RecordedEvent): Operators => {
  operators.lastRevision = event.revision
  const fact = event as unknown as OperatorFact
  if (fact.type === 'OperatorAdded') {
    const operator: Operator = { ...fact.data, actId: event.metadata.actId, addedAt: ms(event.metadata.recordedAt) }
    operators.byHash.set(operator.sha256, operator)
    operators.byId.set(operator.operatorId, operator)
  } else if (fact.type === 'OperatorRevoked') {
    const operator = operators.byId.get(fact.data.operatorId)
    if (operator) operator.revokedAt = ms(event.metadata.recordedAt)
  }
  return operators
}

export const operatorsAggregate: Aggregate<Operators> = { stream: operatorsStream, initial: initialOperators, evolve: evolveOperators }

/** Revokes an operator; [] if revoked already. Errors: NOT_FOUND. */
export const decideRevokeOperator = (operators: Operators, operatorId: string): OperatorFact[] => {
  const operator = operators.byId.get(operatorId)
  if (!operator) throw refuse('NOT_FOUND', '', 'known', 'No such operator')
  return operator.revokedAt === undefined ? [{ type: 'OperatorRevoked', data: { operatorId } }] : []
}
