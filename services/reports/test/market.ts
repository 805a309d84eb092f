// A world whose catalogue has a marketing purpose on every basis, and people who say and do things about them.
import { randomUUID } from 'node:crypto'
import {
  controllerStream,
  iso,
  operatorsStream,
  shippedProfiles,
  subjectStream,
  type Channel,
  type ControllerFact,
  type Fact,
  type RecordedEvent,
  type Role,
  type SubjectFact,
} from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import type { Identifier } from '@consent-ledger/vault'
import { publishPurpose } from './purposes.ts'
import { openWorld, sha256, site, text, type World } from './world.ts'

const append = async (world: World, stream: string, facts: readonly Fact[]): Promise<RecordedEvent[]> => {
  const there = await world.store.readStream(stream, { after: beginning, limit: 1000 })
  const metadata = { schemaVersion: 1, recordedAt: iso(world.tick.now++), writer: site, actId: randomUUID() }
  await world.store.append(
    stream,
    BigInt(there.length - 1),
    facts.map((fact) => ({ id: randomUUID(), ...fact, metadata })),
  )
  return world.store.readStream(stream, { after: BigInt(there.length - 1), limit: 1000 })
}

/** Recorded by staff of a controller, now. */
export const decree = (world: World, fact: ControllerFact, controller = 'campo'): Promise<RecordedEvent[]> =>
  append(world, controllerStream(controller), [fact])

/** Recorded of one person, now; answers with the last event. */
export const say = async (world: World, subjectId: string, ...facts: SubjectFact[]): Promise<RecordedEvent> => {
  const last = (await append(world, subjectStream(subjectId), facts)).at(-1)
  if (!last) throw new Error('nothing was said')
  return last
}

/** Takes their key from whoever acts in a role; whoever looks sees it at once. */
export const revoke = async (world: World, role: Role): Promise<void> => {
  const operator = world.live.operators().find(({ roles }) => roles.includes(role))
  if (!operator) throw new Error('nobody acts in that role')
  await append(world, operatorsStream, [{ type: 'OperatorRevoked', data: { operatorId: operator.operatorId } }])
  await world.live.refresh()
}

/** Somebody whom identifiers reach, and of whom nothing is recorded yet. */
export const someone = async (world: World, identifiers: Identifier[], controller = 'campo'): Promise<string> => {
  const claim = { controller, writer: `site:${controller}/campo-fr`, body: randomUUID(), identifiers, reach: 'one', link: true, onConflict: 'refuse' } as const // prettier-ignore
  const claimed = await world.vault.claim(claim)
  const [target] = claimed.outcome === 'claimed' ? claimed.targets : []
  if (!target) throw new Error(claimed.outcome)
  return target.subjectId
}

type Said = { purpose?: string; channels?: Channel[]; controller?: string }
const when = (world: World) => ({ occurredAt: iso(world.tick.now), occurredAtFrom: 'site' as const, orderAt: iso(world.tick.now) })
const about = (world: World, { purpose = 'news', channels = ['email'], controller = 'campo' }: Said) => ({
  controller,
  site: 'campo-fr',
  purpose,
  purposeVersion: 1,
  channels,
  ...when(world),
})
const notice = { id: 'news-form', version: 1, language: 'fr', sha256: sha256(text) }

export const yes = (world: World, said: Said & { until?: number } = {}): SubjectFact => ({
  type: 'ConsentGiven',
  data: { ...about(world, said), notice, ...(said.until === undefined ? {} : { until: iso(said.until) }) },
})
export const no = (world: World, said: Said & { type?: 'ConsentRefused' | 'ConsentWithdrawn' } = {}): SubjectFact => ({
  type: said.type ?? 'ConsentWithdrawn',
  data: about(world, said),
})
export const request = (world: World, said: Said = {}): SubjectFact => ({
  type: 'ConsentRequested',
  data: { ...about(world, said), notice, awaiting: ['confirmation'], expiresAt: iso(world.tick.now + 72 * 3_600_000) },
})
export const objection = (world: World, said: Said = {}): SubjectFact => ({
  type: 'ObjectionRecorded',
  data: { ...about(world, said), basis: 'consent' },
})
export const sale = (world: World): SubjectFact => ({
  type: 'ContactRecorded',
  data: {
    controller: 'campo',
    kind: 'sale',
    sale: { seller: 'campo-sas', category: 'stay', addressCollectedThen: true, refusalOffered: ['stays'], refused: [] },
    ...when(world),
  },
})
export const restricted = (world: World): SubjectFact => ({
  type: 'ProcessingRestricted',
  data: { controller: 'campo', purposes: 'all', ground: 'accuracy', orderAt: iso(world.tick.now) },
})
export const erased = (world: World, controller = 'campo'): SubjectFact => ({
  type: 'SubjectErased',
  data: { controller, orderAt: iso(world.tick.now) },
})

/** Both controllers under the profile of the CNIL; `campo` with a purpose on each basis. */
export const openMarket = async (over: Parameters<typeof openWorld>[0] = {}): Promise<World> => {
  const world = await openWorld(over)
  const profile = shippedProfiles['FR-CNIL']
  if (!profile) throw new Error('no profile is shipped')
  const applied = { type: 'RegulatorProfileApplied', data: { profile, sha256: 'a'.repeat(64) } } as const
  for (const controller of ['campo', 'other']) await decree(world, applied, controller)
  await publishPurpose(world, { id: 'texts', legalBasis: 'consent', channels: ['email', 'sms'] })
  await publishPurpose(world, { id: 'leaflets', lapse: 'P3Y' })
  await publishPurpose(world, { id: 'cold-mail', channels: ['email'] })
  await publishPurpose(world, { id: 'stays', legalBasis: 'soft-opt-in', channels: ['email'], softOptIn: { seller: 'campo-sas', categories: ['stay'] } }) // prettier-ignore
  await publishPurpose(world, { id: 'bookings', legalBasis: 'contract', channels: ['email'] })
  await publishPurpose(world, { id: 'audience', legalBasis: 'consent', channels: ['web'], marketing: false })
  await publishPurpose(world, { id: 'fairs', legalBasis: 'consent', channels: ['email'] })
  await decree(world, { type: 'PurposeRetired', data: { purpose: 'fairs', from: '2026-01-01' } })
  await world.live.refresh()
  return world
}
