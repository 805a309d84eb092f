// The ledger in memory that the tests of reports begin with: two controllers of one purpose and one notice, and their staff.
import { createHash, randomUUID } from 'node:crypto'
import {
  controllerStream,
  iso,
  ledgerStream,
  operatorsStream,
  type ControllerFact,
  type Fact,
  type Role,
  type Writer,
} from '@consent-ledger/domain'
import { hashKey } from '@consent-ledger/edge'
import { beginning } from '@consent-ledger/eventstore'
import type { MemoryEventStore } from '@consent-ledger/eventstore/memory'

export const start = Date.parse('2026-11-20T09:00:00.000Z')
export const text = 'Je souhaite recevoir les offres. Je peux me retirer à tout moment.'
export const sha256 = (value: string): string => createHash('sha256').update(value, 'utf8').digest('hex')
export const admin: Writer = { kind: 'operator', id: 'admin', trust: 'operator' }

const catalogueFacts = (id: string): ControllerFact[] => [
  {
    type: 'ControllerRegistered',
    data: {
      id,
      name: `${id} SAS`,
      address: '1 rue du Pré, Lyon',
      contact: 'privacy@example.org',
      jurisdiction: 'FR',
      regulator: 'FR-CNIL',
      entities: [],
      timeZone: 'Europe/Paris',
      languages: ['fr', 'en'],
      country: 'FR',
      fourEyes: [],
      identifiers: [],
      emailLocalPart: 'fold',
    },
  },
  {
    type: 'PurposePublished',
    data: {
      id: 'news',
      version: 1,
      legalBasis: 'consent',
      marketing: true,
      channels: ['email'],
      dataKinds: ['contact'],
      recipients: [],
      retention: 'P3Y',
      confirmation: 'none',
      audience: 'consumer',
      text: { fr: { title: 'Offres', description: 'Nos offres' }, en: { title: 'Offers', description: 'Our offers' } },
    },
  },
  {
    type: 'NoticePublished',
    data: {
      id: 'news-form',
      version: 1,
      change: 'new-processing',
      validFrom: '2026-01-01',
      purposes: ['news'],
      contentType: 'text/plain',
      language: 'fr',
      text,
      sha256: sha256(text),
      withdrawal: 'Par le lien de chaque e-mail',
    },
  },
]

export type Tick = { now: number }
/** Writes it all into an empty store. `keys`: facts of the ledger beside its controllers. */
export const founded = async (
  store: MemoryEventStore,
  tick: Tick,
  controllers: string[],
  keys: readonly Fact[],
  staff: Record<string, { role: Role; controller?: string }>,
): Promise<void> => {
  const record = async (stream: string, facts: readonly Fact[]): Promise<void> => {
    const recordedAt = iso(tick.now++)
    const events = facts.map((fact) => ({
      id: randomUUID(),
      ...fact,
      metadata: { schemaVersion: 1, recordedAt, writer: admin, actId: randomUUID() },
    }))
    await store.append(stream, beginning, events)
  }
  const named = controllers.map((controller) => ({ type: 'ControllerNamed', data: { controller } }))
  await record(ledgerStream, [
    { type: 'LedgerCreated', data: { ledgerId: randomUUID(), masterKeyCheck: 'a'.repeat(64) } },
    ...keys,
    ...named,
  ])
  for (const id of controllers) await record(controllerStream(id), catalogueFacts(id))
  const name = { commitment: 'a'.repeat(64), sealed: 'a.b.c' }
  const added = Object.entries(staff).map(([key, { role, controller }]) => ({
    type: 'OperatorAdded',
    data: { operatorId: randomUUID(), name, roles: [role], sha256: hashKey(key), ...(controller === undefined ? {} : { controller }) },
  }))
  await record(operatorsStream, added)
}

export const keyOf = (name: string): string => `ok_${name.padEnd(40, 'x')}`
export const staff: Record<string, { role: Role; controller?: string }> = {
  [keyOf('legal')]: { role: 'legal', controller: 'campo' },
  [keyOf('dpo')]: { role: 'dpo', controller: 'campo' },
  [keyOf('auditor')]: { role: 'auditor', controller: 'campo' },
  [keyOf('allauditor')]: { role: 'auditor' },
  [keyOf('marketing')]: { role: 'marketing', controller: 'campo' },
  [keyOf('other')]: { role: 'legal', controller: 'other' },
  [keyOf('all')]: { role: 'legal' },
  [keyOf('admin')]: { role: 'admin' },
  [keyOf('campoadmin')]: { role: 'admin', controller: 'campo' },
}
