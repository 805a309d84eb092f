// What a machine that watches the projector is told: how late what came due is, and how far a fan-out has come; never whom it concerns.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { lagMetrics } from '../src/lagMetrics.ts'
import type { Rejudged } from '../src/index.ts'
import { now } from './history.ts'

const measured = async (rejudged: Rejudged): Promise<Record<string, number | undefined>> => {
  const registry = new Registry()
  const progress = { checkpoint: 7n, head: 9n, asOf: now - 2000, lagEvents: 2, lagSeconds: 2 }
  const projector = { progress: () => progress, rejudged: () => rejudged }
  lagMetrics(registry, { projector, leaves: { progress: () => ({ published: 5n, noted: 4n }) }, clock: () => now })
  const all = (await registry.getMetricsAsJSON()).map(
    ({ name, values }) => [name.replace('ledger_projector_', ''), values[0]?.value] as const,
  )
  return Object.fromEntries(all)
}
const lags = { lag_seconds: 2, lag_positions: 2, lag_leaves: 1 }

test('what came due three seconds ago and is not told yet is three seconds late', async () => {
  const said = await measured({ toldBy: now - 3000, fanOut: { run: 'campo 4', subjects: 500, pages: 2 } })
  assert.deepEqual(said, { ...lags, due_seconds: 3, fan_out_subjects: 500, fan_out_pages: 2 })
})

test('one that stands by says nothing of it', async () => {
  assert.deepEqual(await measured({ toldBy: null, fanOut: null }), { ...lags, due_seconds: 0, fan_out_subjects: 0, fan_out_pages: 0 })
})
