// Whom the identifiers of a person reach beside that person: devices, whose streams a dossier carries, and accounts of others, who are only counted.
import { z } from 'zod'
import { SubjectId, type RecordedEvent, type SubjectData } from '@consent-ledger/domain'
import type { OtherSubjects, ReachedOpening } from '@consent-ledger/proof'
import { keyIdOf, openField, seal, type Identifier, type SubjectKeys } from '@consent-ledger/vault'
import type { ReportsDeps } from '../deps.ts'
import { openedIdentifiers, openEvents } from './open.ts'

/** `devices`: subject ids, sorted. `accounts`: how many other people. */
const Reached = z.strictObject({ devices: z.array(SubjectId), accounts: z.int() })
export type Reached = z.infer<typeof Reached>

export const countsOf = ({ devices, accounts }: Reached): OtherSubjects => ({ device: devices.length, account: accounts })

const findAll = async (
  { vault }: ReportsDeps,
  controller: string,
  subjectId: string,
  identifiers: readonly Identifier[],
): Promise<Reached> => {
  const deviceSchemes = new Set(identifiers.flatMap(({ scheme, kind }) => (kind === 'device' ? [scheme] : [])))
  const others = (await vault.find(controller, identifiers)).filter((reached) => reached.subjectId !== subjectId)
  const devices = others.filter(({ schemes }) => schemes.every((scheme) => deviceSchemes.has(scheme)))
  return { devices: devices.map((device) => device.subjectId).sort(), accounts: others.length - devices.length }
}

/** Looks now, by every identifier that the stream ever named, linked still or not. Nothing that is opened for it leaves this function. */
export const reachedNow = async (
  deps: ReportsDeps,
  controller: string,
  subjectId: string,
  events: readonly RecordedEvent[],
): Promise<Reached> => {
  const opened = await openEvents(deps.vault, subjectId, events, ['identifiers'])
  return findAll(deps, controller, subjectId, openedIdentifiers(opened.values()))
}

/** As it stands in `ProofIssued`: under the person's contact key, since it ties streams together. */
export const sealReached = (keys: SubjectKeys, actId: string, subjectId: string, reached: Reached): SubjectData<'ProofIssued'>['reached'] =>
  seal(keys.contact, { actId, field: 'reached', subjectId }, reached)

/** What was found when the proof was issued, and what opens the commitment in its event: null for a proof from before that was noted, where it is what is found now. */
export type Noted = Reached & { opening: ReachedOpening | null }

/** Null if the key is gone. */
export const reachedThen = async (
  deps: ReportsDeps,
  subjectId: string,
  issued: RecordedEvent,
  events: readonly RecordedEvent[],
): Promise<Noted | null> => {
  const { reached, controller } = issued.data as unknown as SubjectData<'ProofIssued'>
  if (reached === undefined) return { ...(await reachedNow(deps, controller, subjectId, events)), opening: null }
  const key = await deps.vault.keyById(keyIdOf(reached.sealed))
  if (key === null) return null
  const { value: found, salt } = openField(key, { actId: issued.metadata.actId, field: 'reached', subjectId }, reached)
  const value = Reached.parse(found)
  return { ...value, opening: { commitment: reached.commitment, value, salt } }
}
