// Which controller's purpose a question on eligibility is about.
import { subjectIdPattern, type Catalogue } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import type { ReportsDeps } from '../deps.ts'
import { controllerNeeded, seenControllers, unknownPurpose, visibleControllers, type NamedIn } from '../visible.ts'

type Asked = { controller?: string | undefined; purpose: string }

/** Controllers of the operator's key that have the purpose, only the one named if one is named. Errors: UNKNOWN_PURPOSE, NOT_FOUND for a controller that is not theirs, or not there. */
export const controllersWith = async (
  deps: ReportsDeps,
  caller: OperatorCaller,
  { controller: named, purpose }: Asked,
  where: NamedIn = 'query',
): Promise<Catalogue[]> => {
  const having = (seen: readonly Catalogue[]): Catalogue[] =>
    seen.filter((catalogue) => (named === undefined || catalogue.controllerId === named) && catalogue.purposes.has(purpose))
  const known = having(seenControllers(deps, caller))
  if (known.length > 0) return known
  const late = having(await visibleControllers(deps, caller, named, where))
  if (late.length === 0) throw unknownPurpose(where)
  return late
}

/** As `controllersWith`, where there must be one: two may mean different things by one name. Errors: CONTROLLER_NEEDED too. */
export const controllerWith = async (
  deps: ReportsDeps,
  caller: OperatorCaller,
  asked: Asked,
  where: NamedIn = 'query',
): Promise<Catalogue> => {
  const [first, ...others] = await controllersWith(deps, caller, asked, where)
  if (first === undefined || others.length > 0) throw controllerNeeded('Several controllers have a purpose of this name', where)
  return first
}

/**
 * The catalogue by which a subject is judged; `known` says whether it is a subject of that controller. For a subject of nobody, of another controller than the key's or
 * than the one named, and for a malformed id: not known, and the same catalogue. Errors: UNKNOWN_PURPOSE, NOT_FOUND, as of `controllersWith`.
 */
export const controllerOfSubject = async (
  deps: ReportsDeps,
  caller: OperatorCaller,
  subjectId: string,
  asked: Asked,
  where: NamedIn,
): Promise<{ catalogue: Catalogue; known: boolean }> => {
  const controller = subjectIdPattern.test(subjectId) ? await deps.vault.controllerOf(subjectId) : null
  const isMeant = (one: string): boolean => [caller.controller, asked.controller].every((named) => named === undefined || named === one)
  const known = controller !== null && isMeant(controller)
  const [catalogue] = await controllersWith(deps, caller, known ? { ...asked, controller } : asked, where)
  if (catalogue === undefined) throw unknownPurpose(where)
  return { catalogue, known }
}
