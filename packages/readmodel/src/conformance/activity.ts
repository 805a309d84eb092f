// Conformance: how often what happened, per site and UTC day; what was turned away, per hour.
import assert from 'node:assert/strict'
import { iso } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import { bea, idOf, start } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const day = 24 * 3_600_000
const midnight = Date.parse('2026-11-23T00:00:00.000Z')

const reported = (n: number, at: number, counts: { site?: string; route: string; code: string; count: number }[]): RecordedEvent => ({
  id: idOf(`report ${n}`),
  type: 'IntakeReported',
  stream: 'controller-campo',
  revision: BigInt(n),
  position: BigInt(n),
  data: { hour: iso(at), counts },
  metadata: {
    schemaVersion: 1,
    recordedAt: iso(at + 3_600_000),
    writer: { kind: 'system', id: 'ingest', trust: 'system' },
    actId: idOf(`report act ${n}`),
  },
})

export const activityTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'events are counted per site, UTC day and type', async ({ opened }) => {
    const model = await opened()
    const told = [
      { type: 'ConsentGiven', at: 0, recordedAt: midnight - 1 },
      { type: 'ConsentGiven', at: 1, recordedAt: midnight },
      { type: 'ConsentGiven', at: 2, recordedAt: midnight + 1 },
      { type: 'ConsentRefused', at: 3, recordedAt: midnight + 2, data: { site: 'campo-en' } },
      { type: 'NoticeShown', at: 4, recordedAt: midnight + 3 },
      { type: 'ProofIssued', at: 5, recordedAt: midnight + day, kind: 'operator' as const, data: { site: undefined } },
      { subject: bea, type: 'ConsentGiven', at: 6, recordedAt: midnight, data: { controller: 'other' } },
    ]
    await new World(model).tell(told, 3)
    assert.deepEqual(await model.activity({ controller: 'campo' }), [
      { site: 'campo-fr', day: '2026-11-22', type: 'ConsentGiven', count: 1 },
      { site: 'campo-en', day: '2026-11-23', type: 'ConsentRefused', count: 1 },
      { site: 'campo-fr', day: '2026-11-23', type: 'ConsentGiven', count: 2 },
      { site: 'campo-fr', day: '2026-11-23', type: 'NoticeShown', count: 1 },
      { site: null, day: '2026-11-24', type: 'ProofIssued', count: 1 },
    ])
    assert.deepEqual(await model.activity({ controller: 'campo', site: 'campo-en', from: '2026-11-23', to: '2026-11-24' }), [
      { site: 'campo-en', day: '2026-11-23', type: 'ConsentRefused', count: 1 },
    ])
    assert.deepEqual(await model.activity({ controller: 'campo', to: '2026-11-22' }), [])
  })

  withPlace(newPlace, 'what was turned away adds up per hour, site, route and code', async ({ opened }) => {
    const model = await opened()
    const hour = Math.floor(start / 3_600_000) * 3_600_000
    const limited = { site: 'campo-fr', route: '/v1/consents', code: 'RATE_LIMITED' }
    const unknown = { route: '/v1/consents', code: 'UNAUTHENTICATED' }
    await new World(model).apply([
      reported(0, hour, [
        { ...limited, count: 2 },
        { ...unknown, count: 1 },
      ]),
      reported(1, hour, [{ ...limited, count: 3 }]),
      reported(2, hour + 3_600_000, [{ ...limited, count: 1 }]),
    ])
    const rows = await model.turnedAway({ controller: 'campo' })
    assert.deepEqual(rows, [
      { hour, ...unknown, site: null, count: 1 },
      { hour, ...limited, count: 5 },
      { hour: hour + 3_600_000, ...limited, count: 1 },
    ])
    assert.deepEqual(await model.turnedAway({ controller: 'campo', site: 'campo-fr', from: hour, to: hour + 1 }), [rows[1]])
    assert.deepEqual(await model.turnedAway({ controller: 'other' }), [])
  })
}
