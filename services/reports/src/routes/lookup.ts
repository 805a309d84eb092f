// POST /v1/subjects/lookup: who is meant, by identifiers (never in an address) or by a receipt.
import { iso, LedgerError, ms, type Catalogue, type Role } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import { readIdentifiers, type Identifier, type Reached } from '@consent-ledger/vault'
import type { z } from 'zod'
import { noteAccess } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { readHistory } from '../history.ts'
import { Found, Lookup, type ByIdentifiers } from '../schemas/subjects.ts'
import { actingRole, catalogueOf, controllerNeeded, visibleControllers } from '../visible.ts'

const readers: readonly Role[] = ['dpo', 'legal', 'auditor']
type Match = Reached & { controller: string }
const nobody = (): LedgerError => new LedgerError('NOT_FOUND', 'Nobody is known by that.')

/** Errors: IDENTIFIER_INVALID, if any of them cannot be read. */
const read = (catalogue: Catalogue, { identifiers }: ByIdentifiers): Identifier[] => {
  const found = readIdentifiers(catalogue, identifiers, '/identifiers')
  if (found.refused) throw found.refused
  return found.identifiers
}

const byIdentifiers = async (deps: ReportsDeps, caller: OperatorCaller, post: ByIdentifiers): Promise<Match[]> => {
  const matches: Match[] = []
  const refusals: unknown[] = []
  const catalogues = await visibleControllers(deps, caller, post.controller, 'body')
  for (const catalogue of catalogues) {
    try {
      const reached = await deps.vault.find(catalogue.controllerId, read(catalogue, post))
      matches.push(...reached.map((one) => ({ ...one, controller: catalogue.controllerId })))
    } catch (error) {
      // What one controller cannot read another may: each has its own schemes and country.
      if (!(error instanceof LedgerError) || error.code !== 'IDENTIFIER_INVALID') throw error
      refusals.push(error)
    }
  }
  if (refusals.length > 0 && refusals.length === catalogues.length) throw refusals[0]
  if (new Set(matches.map((match) => match.controller)).size > 1)
    throw controllerNeeded('Several controllers know somebody by that', 'body')
  return matches
}

const byReceipt = async (deps: ReportsDeps, caller: OperatorCaller, receiptId: string): Promise<Match[]> => {
  const act = await deps.vault.findAct(receiptId.toLowerCase())
  if (act === null) throw nobody()
  const catalogue = await catalogueOf(deps, caller, act.subjectId)
  return [{ subjectId: act.subjectId, schemes: [], controller: catalogue.controllerId }]
}

const matchesOf = (deps: ReportsDeps, caller: OperatorCaller, post: z.output<typeof Lookup>): Promise<Match[]> => {
  if ('identifiers' in post) return byIdentifiers(deps, caller, post)
  if ('receiptId' in post) return byReceipt(deps, caller, post.receiptId)
  throw new LedgerError(
    'NOT_FOUND',
    `This version keeps no ${'requestId' in post ? 'requests' : 'certificates'}: look up by identifiers or receipt.`,
  )
}

const found = async (deps: ReportsDeps, { subjectId, controller, schemes }: Match): Promise<z.output<typeof Found>['subjects']> => {
  const history = await readHistory(deps.store, subjectId).catch((error: unknown) => {
    // Bound to an identifier by an act that never got as far as its events: nothing is known of this person.
    if (error instanceof LedgerError && error.code === 'NOT_FOUND') return null
    throw error
  })
  const [first] = history?.events ?? []
  const last = history?.events.at(-1)
  if (!first || !last) return []
  return [
    {
      subjectId,
      controller,
      matched: schemes,
      first: iso(ms(first.metadata.recordedAt)),
      last: iso(ms(last.metadata.recordedAt)),
      status: 'active',
    },
  ]
}

/** Registers the look-up. Every subject that it finds is noted as looked at before the answer. */
export const lookupRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'lookupSubjects', summary: 'Who is meant', body: Lookup, response: { 200: Found } }
  app.post('/v1/subjects/lookup', { config: { access: { roles: readers } }, schema }, async (request) => {
    const caller = operatorOf(request)
    const role = actingRole(caller, readers)
    const subjects = (await Promise.all((await matchesOf(deps, caller, request.body)).map((match) => found(deps, match)))).flat()
    if (subjects.length === 0) throw nobody()
    for (const { subjectId } of subjects) await noteAccess(deps, caller, { subjectId, role, purpose: 'lookup' })
    const [only] = subjects
    return { subjects, subjectId: subjects.length === 1 && only ? only.subjectId : null }
  })
}
