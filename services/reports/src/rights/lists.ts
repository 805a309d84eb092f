// The lists in force: who objected to what, whose data are restricted. From the read model, each person listed noted as looked at.
import { iso } from '@consent-ledger/domain'
import type { Role } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import type { z } from 'zod'
import { noteEach } from '../access.ts'
import { toldAsOf } from '../asOf.ts'
import type { ReportsDeps } from '../deps.ts'
import { limitOf } from '../schemas/asked.ts'
import type { InForceAsked, ObjectionsInForce, RestrictionsInForce } from '../schemas/rights.ts'
import { actingRole, demandPurpose, oneController } from '../visible.ts'

export const listReaders: readonly Role[] = ['legal', 'dpo', 'auditor']

type Asked = z.output<typeof InForceAsked>
const pageOf = ({ after, limit }: Asked) => ({ ...(after === undefined ? {} : { after }), limit: limitOf(limit) })

/** Errors: CONTROLLER_NEEDED, NOT_FOUND, UNKNOWN_PURPOSE, STORE_UNAVAILABLE, VAULT_UNAVAILABLE (what cannot be noted is not answered). */
export const objectionsInForce = async (deps: ReportsDeps, caller: OperatorCaller, asked: Asked): Promise<ObjectionsInForce> => {
  const catalogue = await oneController(deps, caller, asked.controller)
  const { controllerId: controller } = catalogue
  const { purpose } = asked
  demandPurpose(catalogue, purpose)
  const page = await deps.readModel.listAnswers({
    controller,
    objected: true,
    ...(purpose === undefined ? {} : { purpose }),
    ...pageOf(asked),
  })
  const objections = page.answers.flatMap(({ subjectId, purpose: to, channel, objection }) =>
    objection === null ? [] : [{ subjectId, purpose: to, channel, since: iso(objection.since), eventId: objection.eventId }],
  )
  await noteEach(deps, caller, { role: actingRole(caller, listReaders), purpose: 'objections' }, objections)
  return { controller, ...toldAsOf(deps, page.asOf), objections, next: page.next }
}

/** Errors: as of `objectionsInForce`. */
export const restrictionsInForce = async (deps: ReportsDeps, caller: OperatorCaller, asked: Asked): Promise<RestrictionsInForce> => {
  const catalogue = await oneController(deps, caller, asked.controller)
  const { controllerId: controller } = catalogue
  demandPurpose(catalogue, asked.purpose)
  const page = await deps.readModel.listRestrictions({ controller, ...pageOf(asked) })
  const isMeant = (purposes: readonly string[] | null): boolean =>
    asked.purpose === undefined || purposes === null || purposes.includes(asked.purpose)
  const restrictions = page.restrictions
    .filter(({ purposes }) => isMeant(purposes))
    .map(({ subjectId, eventId, purposes, ground, since }) => ({
      subjectId,
      eventId,
      purposes: purposes === null ? ('all' as const) : [...purposes],
      ground,
      since: iso(since),
    }))
  await noteEach(deps, caller, { role: actingRole(caller, listReaders), purpose: 'restrictions' }, restrictions)
  return { controller, ...toldAsOf(deps, page.asOf), restrictions, next: page.next }
}
