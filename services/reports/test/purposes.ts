// Further facts in the catalogue of a world: purposes, and the rules by which a basis may carry a channel.
import { randomUUID } from 'node:crypto'
import { controllerStream, iso, shippedProfiles, type ControllerFact } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { admin } from './founding.ts'
import type { World } from './world.ts'

type Published = Extract<ControllerFact, { type: 'PurposePublished' }>['data']

const record = async (world: World, fact: ControllerFact, controller: string): Promise<void> => {
  const stream = controllerStream(controller)
  const there = await world.store.readStream(stream, { after: beginning, limit: 1000 })
  const metadata = { schemaVersion: 1, recordedAt: iso(world.tick.now++), writer: admin, actId: randomUUID() }
  await world.store.append(stream, BigInt(there.length - 1), [{ id: randomUUID(), ...fact, metadata }])
}

/** Publishes a version of a purpose: by post on legitimate interest, unless `over` says otherwise. */
export const publishPurpose = (world: World, over: Partial<Published> & { id: string }, controller = 'campo'): Promise<void> => {
  const data: Published = {
    version: 1,
    legalBasis: 'legitimate-interest',
    marketing: true,
    channels: ['post'],
    dataKinds: ['contact'],
    recipients: [],
    retention: 'P3Y',
    confirmation: 'none',
    audience: 'consumer',
    text: { fr: { title: over.id, description: over.id } },
    ...over,
  }
  return record(world, { type: 'PurposePublished', data }, controller)
}

/** The French rules: without any nobody may be contacted at all. */
export const applyProfile = (world: World, controller = 'campo'): Promise<void> => {
  const profile = shippedProfiles['FR-CNIL']
  if (profile === undefined) throw new Error('no such profile is shipped')
  return record(world, { type: 'RegulatorProfileApplied', data: { profile, sha256: 'a'.repeat(64) } }, controller)
}
