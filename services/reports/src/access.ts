// Reading about one person: who may, and the note of it that is durable before anything is answered.
import type { Catalogue, Role } from '@consent-ledger/domain'
import { operatorOf, type OperatorCaller } from '@consent-ledger/edge'
import type { FastifyRequest } from 'fastify'
import type { ReportsDeps } from './deps.ts'
import { actingRole, catalogueOf } from './visible.ts'

/** Why somebody looked: a closed list, so that the log of accesses holds no words about a person. */
type AccessReason =
  | 'lookup'
  | 'state'
  | 'events'
  | 'proof'
  | 'accesses'
  | 'unlink'
  | 'answers'
  | 'receipt'
  | 'eligibility'
  | 'withdrawal'
  | 'objection'
  | 'restriction'
  | 'lift'
  | 'objections'
  | 'restrictions'

/** A look at one person: durable in the log of accesses when this returns. */
export const noteAccess = (
  deps: ReportsDeps,
  caller: OperatorCaller,
  look: { subjectId: string; role: Role; purpose: AccessReason },
): Promise<void> => deps.vault.logAccess({ at: deps.clock(), operatorId: caller.operatorId, ...look })

/** A page is a look at each person in it: a cursor can be made so that it shows one alone. Durable when this returns. */
export const noteEach = async (
  deps: ReportsDeps,
  caller: OperatorCaller,
  look: { role: Role; purpose: AccessReason },
  rows: readonly { subjectId: string }[],
): Promise<void> => {
  const subjects = [...new Set(rows.map(({ subjectId }) => subjectId))]
  await Promise.all(subjects.map((subjectId) => noteAccess(deps, caller, { subjectId, ...look })))
}

export type Look = { caller: OperatorCaller; role: Role; subjectId: string; catalogue: Catalogue }

/** Admits an operator to one subject and notes the access. `admitted`: the roles of the route, the strongest first. Errors: NOT_FOUND. */
export const lookAt = async (
  deps: ReportsDeps,
  request: Pick<FastifyRequest, 'caller'>,
  subjectId: string,
  look: { admitted: readonly Role[]; purpose: AccessReason },
): Promise<Look> => {
  const caller = operatorOf(request)
  const role = actingRole(caller, look.admitted)
  const catalogue = await catalogueOf(deps, caller, subjectId)
  await noteAccess(deps, caller, { subjectId, role, purpose: look.purpose })
  return { caller, role, subjectId, catalogue }
}
