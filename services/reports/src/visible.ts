// What an operator may see: the controllers and subjects of their key. "Not yours" and "not there" are the same answer.
import { LedgerError, refuse, subjectIdPattern, type Catalogue, type Role } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import type { ReportsDeps } from './deps.ts'

const notThere = (): LedgerError => new LedgerError('NOT_FOUND', 'There is no such subject.')

/** Which of their roles an operator acts in: the first of `admitted` that they have. A route admits nobody without one. */
export const actingRole = (caller: OperatorCaller, admitted: readonly Role[]): Role => {
  const role = admitted.find((one) => caller.roles.includes(one))
  if (role === undefined) throw new LedgerError('FORBIDDEN', 'This key may not do that.')
  return role
}

/** Whether the key with which somebody came still holds: a connection may last longer than it. */
export const keyHolds = ({ live }: Pick<ReportsDeps, 'live'>, { operatorId }: Pick<OperatorCaller, 'operatorId'>): boolean =>
  live.operators().some((operator) => operator.operatorId === operatorId && operator.revokedAt === undefined)

/** Controllers of the operator's key, as known here. */
export const seenControllers = ({ live }: ReportsDeps, caller: OperatorCaller): Catalogue[] =>
  live.controllers().filter((catalogue) => caller.controller === undefined || catalogue.controllerId === caller.controller)

/** Where a caller names the controller, the purpose and the like: in a query's address, or in its body. */
export type NamedIn = 'query' | 'body'

/** RFC 6901 pointer to a field of what was sent. */
export const pointerIn = (where: NamedIn, field: string): string => (where === 'query' ? `/query/${field}` : `/${field}`)

/** Controllers of the operator's key, newest knowledge; only `named` if one is named. Errors: NOT_FOUND for one that is not theirs, or not there. */
export const visibleControllers = async (
  deps: ReportsDeps,
  caller: OperatorCaller,
  named: string | undefined,
  where: NamedIn = 'query',
): Promise<Catalogue[]> => {
  await deps.live.refresh()
  const theirs = seenControllers(deps, caller)
  if (named === undefined) return theirs
  const found = theirs.filter((catalogue) => catalogue.controllerId === named)
  if (found.length === 0) throw refuse('NOT_FOUND', pointerIn(where, 'controller'), 'known', 'There is no such controller.')
  return found
}

/** Which of several is meant has to be said. */
export const controllerNeeded = (why: string, where: NamedIn = 'query'): LedgerError =>
  refuse('CONTROLLER_NEEDED', pointerIn(where, 'controller'), 'ambiguous', `${why}: say which one is meant.`)

/** The one controller that a question is about: the one named, else the key's, else the only one. Errors: CONTROLLER_NEEDED, NOT_FOUND. */
export const oneController = async (deps: ReportsDeps, caller: OperatorCaller, named: string | undefined): Promise<Catalogue> => {
  const [first, ...others] = await visibleControllers(deps, caller, named)
  if (first === undefined) throw new LedgerError('NOT_FOUND', 'There is no such controller.')
  if (others.length > 0) throw controllerNeeded('This key sees several controllers')
  return first
}

export const unknownPurpose = (where: NamedIn): LedgerError =>
  refuse('UNKNOWN_PURPOSE', pointerIn(where, 'purpose'), 'published', 'The catalogue never had this purpose.')

/** Errors: UNKNOWN_PURPOSE: a misspelt purpose must not read as one to which nobody said anything. */
export const demandPurpose = ({ purposes }: Catalogue, purpose: string | undefined, where: NamedIn = 'query'): void => {
  if (purpose !== undefined && !purposes.has(purpose)) throw unknownPurpose(where)
}

/** For what is of every controller. Errors: FORBIDDEN for a key that is bound to one. */
export const demandUnbound = ({ controller }: OperatorCaller): void => {
  if (controller !== undefined) throw new LedgerError('FORBIDDEN', 'This needs a key that is not bound to one controller.')
}

/** Catalogue of a subject's controller. Errors: NOT_FOUND, whether the id is malformed, unknown, or of another controller than the key's. */
export const catalogueOf = async (deps: ReportsDeps, caller: OperatorCaller, subjectId: string): Promise<Catalogue> => {
  if (!subjectIdPattern.test(subjectId)) throw notThere()
  const controller = await deps.vault.controllerOf(subjectId)
  if (controller === null || (caller.controller !== undefined && caller.controller !== controller)) throw notThere()
  await deps.live.refresh()
  const catalogue = deps.live.controller(controller)
  if (catalogue === undefined) throw notThere()
  return catalogue
}
