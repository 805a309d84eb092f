// What a scrub is asked for, refused before anything of the list is read where it cannot be answered.
import { LedgerError, refuse, type Catalogue, type Channel, type DownstreamSystem } from '@consent-ledger/domain'
import type { OperatorCaller } from '@consent-ledger/edge'
import type { ReportsDeps } from '../deps.ts'
import { controllerWith } from '../eligibility/asked.ts'
import { acknowledgers, systemOf } from '../propagation.ts'
import { actingRole } from '../visible.ts'

type Named = { purpose: string; channel: Channel; controller?: string | undefined; recipient?: string | undefined }

/** `recipient`: for which downstream system, null for none. */
export type Meant = { catalogue: Catalogue; recipient: DownstreamSystem | null }

const hasChannel = (catalogue: Catalogue, { purpose, channel }: Named): boolean =>
  catalogue.purposes.get(purpose)?.versions.some(({ channels }) => channels.includes(channel)) ?? false

/** Of a channel that no version has there is no row, so that every line would cost a fold of its own. Errors: CHANNEL_NOT_IN_PURPOSE. */
const demandChannel = async ({ live }: ReportsDeps, catalogue: Catalogue, named: Named): Promise<void> => {
  if (hasChannel(catalogue, named)) return
  await live.refresh()
  const newest = live.controller(catalogue.controllerId) ?? catalogue
  if (!hasChannel(newest, named))
    throw refuse('CHANNEL_NOT_IN_PURPOSE', '/query/channel', 'published', 'No version of this purpose has such a channel.')
}

/**
 * A system acknowledges for everything that it is named for: also for the channels of an older version, on which it may still write. A scrub of less vouches for none
 * of the rest. Errors: RECIPIENT_NOT_COVERED.
 */
const demandCovered = (catalogue: Catalogue, { purpose, channel }: Named, { id, purposes }: DownstreamSystem): void => {
  const naming = catalogue.purposes.get(purpose)?.versions.filter(({ recipients }) => recipients.some((one) => one.id === id)) ?? []
  const whole = purposes.every((one) => one === purpose) && naming.flatMap(({ channels }) => channels).every((one) => one === channel)
  if (whole && purposes.length > 0) return
  const why = 'The catalogue names this system for further purposes or channels, for which this scrub says nothing.'
  throw refuse('RECIPIENT_NOT_COVERED', '/query/recipient', 'one-purpose-and-channel', why)
}

/**
 * Whose purpose is meant, and for which system. Errors: UNKNOWN_PURPOSE, CHANNEL_NOT_IN_PURPOSE, CONTROLLER_NEEDED, NOT_FOUND, FORBIDDEN (who may ask need not speak
 * for a system), RECIPIENT_NOT_COVERED.
 */
export const demandAsked = async (deps: ReportsDeps, caller: OperatorCaller, named: Named): Promise<Meant> => {
  const { purpose, controller, recipient } = named
  const catalogue = await controllerWith(deps, caller, { controller, purpose })
  await demandChannel(deps, catalogue, named)
  if (recipient === undefined) return { catalogue, recipient: null }
  actingRole(caller, acknowledgers)
  const system = systemOf(catalogue, recipient, deps.clock(), '/query/recipient')
  demandCovered(catalogue, named, system)
  return { catalogue, recipient: system }
}

/** Errors: UNAUTHENTICATED, in the middle of a scrub too. */
export const keyRevoked = (): LedgerError => new LedgerError('UNAUTHENTICATED', 'The key of a scrub was revoked before its end.')
