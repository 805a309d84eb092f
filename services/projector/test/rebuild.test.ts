// However a history was followed, step by step with the time running or from zero at its end, the rows are the same.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { iso, isTold, type JsonObject, type RecordedEvent } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import type { EligibilityRow, ReadModel } from '@consent-ledger/readmodel'
import { catalogue, day, hour, notice, now, onForm, publish, purpose, record } from './history.ts'
import { handTicker, level, running, until } from './scene.ts'

const news = purpose('news', { channels: ['email', 'sms'] })
const sales = purpose('sales', {
  legalBasis: 'soft-opt-in',
  channels: ['email'],
  softOptIn: { seller: 'campo', categories: ['stays'] },
  lapse: 'P2D',
})
const letters = purpose('letters', { legalBasis: 'legitimate-interest', channels: ['post'], lapse: 'P3D' })

/** What the catalogue becomes, one after the other. */
const catalogues = [
  catalogue([news, sales]),
  catalogue([news, sales, letters]),
  catalogue([news, sales, letters], [notice(1), notice(2, { validFrom: '2026-11-24' })]),
  catalogue([purpose('news', { channels: ['email', 'sms'], retired: '2026-11-26' }), sales, letters], [notice(1), notice(2, { validFrom: '2026-11-24' })]),
] // prettier-ignore

type Said = { subject: number; type: string; data: JsonObject }
/** What happens at once: a new catalogue or none, and what people say; then the time runs on. */
type Step = { changes: boolean; said: Said[]; hours: number }

const subject = fc.nat({ max: 3 })
const said = (type: string, data: fc.Arbitrary<JsonObject>): fc.Arbitrary<Said> =>
  fc.record({ subject, data }).map((one) => ({ type, ...one }))
const on = {
  purpose: fc.constantFrom('news', 'sales', 'letters'),
  channels: fc.constantFrom<string[]>(['email'], ['sms'], ['email', 'sms', 'post']),
}
const until$ = fc.option(fc.integer({ min: 1, max: 100 }).map((hours) => ({ until: iso(now + hours * hour) })), { nil: {} }) // prettier-ignore
const yes = fc.record({ on: fc.record(on), until: until$, form: fc.constantFrom({}, onForm) }).map(({ on: of, until: ends, form }) => ({ ...of, ...ends, ...form })) // prettier-ignore
const sale = { seller: 'campo', category: 'stays', addressCollectedThen: true, refusalOffered: ['sales'] }
const contact = fc.constantFrom<JsonObject>({ kind: 'click' }, { kind: 'sale', sale: { ...sale, refused: [] } }, { kind: 'sale', sale: { ...sale, refused: ['sales'] } }) // prettier-ignore
const anything = fc.oneof(
  said('ConsentGiven', yes),
  said('ConsentRefused', fc.record(on)),
  said('ConsentWithdrawn', fc.record(on)),
  said('ObjectionRecorded', fc.record(on)),
  said('ObjectionLifted', fc.record(on)),
  said('ContactRecorded', contact),
  said('ProcessingRestricted', fc.constantFrom<JsonObject>({ purposes: 'all', ground: 'accuracy' }, { purposes: ['news'], ground: 'claims' })),
  said('RestrictionLifted', fc.constant({})),
  said('IdentityLinked', fc.constant({ linkId: '11111111-1111-4111-8111-111111111111', scheme: 'cookie', kind: 'device', commitment: 'c'.repeat(64) })),
  { weight: 1, arbitrary: said('SubjectErased', fc.constant({})) },
) // prettier-ignore
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ changes: fc.boolean(), said: fc.array(anything, { maxLength: 5 }), hours: fc.integer({ min: 1, max: 40 }) }),
  { minLength: 1, maxLength: 5 },
)

/** Of a consent nobody ever gave, of a person nobody collected or sold to, nothing was ever allowed: such a row may stay in the one and never be made in the other, and says what is said without it. */
const mayBeLeft = (row: EligibilityRow): boolean =>
  !isTold(row) && (row.basis === 'consent' || row.reason === 'UNKNOWN_SUBJECT' || row.reason === 'NO_SALE')

/** All that is kept, but for where and when it was told. */
const rows = async (model: ReadModel): Promise<unknown> => ({
  answers: (await model.listAnswers({ controller: 'campo', limit: 1000 })).answers.map(({ n: _n, revision: _r, effectiveAt: _e, stopped: _s, ...row }) => row), // prettier-ignore
  feed: (await model.changes({ after: 0n, limit: 1000 })).rows
    .filter((row) => !mayBeLeft(row))
    .map(({ subjectId, purpose: of, channel, allowed, reason, until: ends, dueAt }) =>
      JSON.stringify([subjectId, of, channel, allowed, reason, ends, dueAt]),
    ) // prettier-ignore
    .toSorted(),
  restrictions: (await model.listRestrictions({ controller: 'campo', limit: 100 })).restrictions,
  activity: await model.activity({ controller: 'campo' }),
})

/** A projector on a read model of its own; `comes` moves its clock. */
const follower = async (t: TestContext, store: MemoryEventStore) => {
  const readModel = await openSqliteReadModel({ file: ':memory:', ledgerId: '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11' })
  const { ticker, tick } = handTicker()
  const time = { now }
  const scene = await running(t, { store, readModel, ticker, clock: () => time.now })
  const comes = async (at: number): Promise<void> => {
    time.now = at
    await level(scene, store)
    await until(scene, async () => (tick(), scene.projector.rejudged().toldBy === at && (await readModel.fanOuts()).length === 0))
  }
  const end = async (): Promise<void> => {
    await scene.projector.stop()
    await readModel.close()
  }
  return { readModel, comes, end, faults: scene.faults }
}

const happen = async (store: MemoryEventStore, history: readonly Step[], comes: (at: number) => Promise<void>): Promise<number> => {
  const restrictions = new Map<number, RecordedEvent>()
  let [at, version] = [now, 0]
  for (const { changes, said: all, hours } of history) {
    const next = catalogues[version + 1]
    if (changes && next !== undefined) {
      await publish(store, next, at)
      version++
    }
    for (const { subject: n, type, data } of all) {
      const lifted = restrictions.get(n)
      if (type === 'RestrictionLifted' && lifted === undefined) continue
      const event = await record(store, n, { type, at: (at += 1), data: { ...data, ...(lifted && type === 'RestrictionLifted' ? { restriction: lifted.id } : {}) } }) // prettier-ignore
      if (type === 'ProcessingRestricted') restrictions.set(n, event)
    }
    await comes(at)
    await comes((at += hours * hour))
  }
  return at
}

test('a rebuild from zero gives the rows that were come to step by step, whatever the history', { timeout: 120_000 }, async (t) => {
  const [first] = catalogues
  assert.ok(first)
  const property = fc.asyncProperty(steps, async (history) => {
    const store = new MemoryEventStore()
    await publish(store, first, now - 400 * day)
    const live = await follower(t, store)
    const end = await happen(store, history, live.comes)
    const anew = await follower(t, store)
    await anew.comes(end)
    assert.deepEqual(await rows(live.readModel), await rows(anew.readModel))
    for (const one of [live, anew]) await one.end()
  })
  await fc.assert(property, { numRuns: 15 })
})
