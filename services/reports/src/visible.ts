// What an operator may see: the controllers and subjects of their key. "Not yours" and "not there" are the same answer.
import { LedgerError, subjectIdPattern, type Catalogue, type Role } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import type { ReportsDeps } from './deps.ts'

const notThere = (): LedgerError => new LedgerError('NOT_FOUND', 'There is no such subject.')

/** Which of their roles an operator acts in: the first of `admitted` that they have. A route admits nobody without one. */
export const actingRole = (caller: OperatorCaller, admitted: readonly Role[]): Role => {
  const role = admitted.find((one) => caller.roles.includes(one))
  if (role === undefined) throw new LedgerError('FORBIDDEN', 'This key may not do that.')
  return role
}

/** Controllers of the operator's key, newest knowledge; only `named` if one is named. Errors: NOT_FOUND for one that is not theirs, or not there. */
export const visibleControllers = async (
  { live }: ReportsDeps,
  caller: OperatorCaller,
  named: string | undefined,
): Promise<Catalogue[]> => {
  await live.refresh()
  const theirs = live.controllers().filter((catalogue) => caller.controller === undefined || catalogue.controllerId === caller.controller)
  if (named === undefined) return theirs
  const found = theirs.filter((catalogue) => catalogue.controllerId === named)
  if (found.length === 0) throw new LedgerError('NOT_FOUND', 'There is no such controller.')
  return found
}

/** The one controller that a question is about: the one named, else the key's, else the only one. Errors: CONTROLLER_NEEDED, NOT_FOUND. */
export const oneController = async (deps: ReportsDeps, caller: OperatorCaller, named: string | undefined): Promise<Catalogue> => {
  const [first, ...others] = await visibleControllers(deps, caller, named)
  if (first === undefined) throw new LedgerError('NOT_FOUND', 'There is no such controller.')
  if (others.length > 0) throw new LedgerError('CONTROLLER_NEEDED', 'This key sees several controllers: say which one is meant.')
  return first
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
