// The ledger's own stream: what it says of a move, and what may be opened after one.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decideLedgerMoved, demandNotMoved, ledgerAggregate, type Ledger, type LedgerFact, type RecordedEvent } from '../src/index.ts'

const given = (...facts: LedgerFact[]): Ledger =>
  facts.reduce((ledger, fact, n) => {
    const event: RecordedEvent = {
      ...fact,
      id: '00000000-0000-5000-8000-000000000000',
      stream: ledgerAggregate.stream,
      revision: BigInt(n),
      position: BigInt(n),
      metadata: {
        schemaVersion: 1,
        recordedAt: '2026-11-23T10:00:00.000Z',
        writer: { kind: 'system', id: 'copy', trust: 'system' },
        actId: '',
      },
    }
    return ledgerAggregate.evolve(ledger, event)
  }, ledgerAggregate.initial())
const moved = (to: 'sqlite' | 'esdb'): LedgerFact => ({ type: 'LedgerMoved', data: { to } })

it('given a ledger, when it is moved, then that is its last event; moved there again, nothing', () => {
  assert.deepEqual(decideLedgerMoved(given(), 'esdb'), [moved('esdb')])
  assert.deepEqual(decideLedgerMoved(given(moved('esdb')), 'esdb'), [])
  assert.deepEqual(decideLedgerMoved(given(moved('esdb')), 'sqlite'), [moved('sqlite')])
})

it('given a move, only the store that it went to last may be opened', () => {
  demandNotMoved(given(), 'sqlite')
  demandNotMoved(given(moved('esdb')), 'esdb')
  assert.throws(() => demandNotMoved(given(moved('esdb')), 'sqlite'), { code: 'LEDGER_MOVED' })
  assert.throws(() => demandNotMoved(given(moved('esdb'), moved('sqlite')), 'esdb'), { code: 'LEDGER_MOVED' })
})
