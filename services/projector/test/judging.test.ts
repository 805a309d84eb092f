// From a group of events to judgements: what is folded again and what is kept, by which catalogue, and what the read model is told beside.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { Live } from '@consent-ledger/edge'
import { beginning, type Page } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { Judging } from '../src/index.ts'
import { catalogue, hour, minute, now, publish, purpose, record, subjectOf } from './history.ts'
import { liveOf } from './scene.ts'

/** Notes which subjects' streams are read. */
class Watched extends MemoryEventStore {
  read: string[] = []
  override async readStream(stream: string, page: Page): Promise<RecordedEvent[]> {
    if (stream.startsWith('subject-')) this.read.push(stream)
    return super.readStream(stream, page)
  }
}

type Scene = { store: Watched; live: Live; judging: Judging; rest: () => Promise<RecordedEvent[]> }

/** `rest`: what was recorded since the last time it was asked. */
const begin = async (t: TestContext): Promise<Scene> => {
  const store = new Watched()
  await publish(store)
  const live = await liveOf(t, store)
  let after = await store.head()
  const rest = async (): Promise<RecordedEvent[]> => {
    const events = await store.readAll({ after, limit: 1000 })
    after = events.at(-1)?.position ?? after
    store.read = []
    return events
  }
  return { store, live, judging: new Judging({ store, live, clock: () => now }), rest }
}

const verdicts = ({ group }: Awaited<ReturnType<Judging['group']>>): unknown =>
  group.subjects.map(({ subjectId, revision, keys }) => [subjectId, revision, keys.map(({ reason }) => reason)])

test('a subject met from its beginning is never read; the next group goes on from the fold that is kept', async (t) => {
  const { store, judging, rest } = await begin(t)
  await record(store, 1, { at: now - hour })
  const first = await judging.group(await rest())
  assert.deepEqual(verdicts(first), [[subjectOf(1), 0n, ['CONSENT_GIVEN']]])
  first.applied()
  await record(store, 1, { type: 'ConsentWithdrawn', at: now - minute })
  assert.deepEqual(verdicts(await judging.group(await rest())), [[subjectOf(1), 1n, ['CONSENT_WITHDRAWN']]])
  assert.deepEqual(store.read, [])
})

test('what was not applied is forgotten: the same group again is judged by the stream, whole', async (t) => {
  const { store, judging, rest } = await begin(t)
  await record(store, 1, { at: now - hour })
  ;(await judging.group(await rest())).applied()
  await record(store, 1, { type: 'ConsentWithdrawn', at: now - minute })
  const events = await rest()
  const failed = await judging.group(events)
  assert.deepEqual(verdicts(await judging.group(events)), verdicts(failed))
  assert.deepEqual(store.read, [`subject-${subjectOf(1)}`])
})

test('a stream that is read may hold more than the group: that is judged too, and not again when its events come', async (t) => {
  const { store, judging, rest } = await begin(t)
  await record(store, 1, { at: now - 3 * hour })
  await rest()
  await record(store, 1, { at: now - 2 * hour })
  const [second] = await rest()
  await record(store, 1, { type: 'ConsentWithdrawn', at: now - hour })
  const third = await rest()
  const judged = await judging.group(second ? [second] : [])
  assert.deepEqual(verdicts(judged), [[subjectOf(1), 2n, ['CONSENT_WITHDRAWN']]])
  judged.applied()
  const { group } = await judging.group(third)
  assert.deepEqual([group.events.length, group.subjects], [1, []])
})

test('nobody is judged at a time before the last thing they did', async (t) => {
  const { store, judging, rest } = await begin(t)
  await record(store, 1, { at: now + minute })
  assert.deepEqual(verdicts(await judging.group(await rest())), [[subjectOf(1), 0n, ['CONSENT_GIVEN']]])
})

test('a change of the catalogue is known before the group that holds it is judged, and has everybody judged again, by the newest of several', async (t) => {
  const { store, judging, rest } = await begin(t)
  await publish(store, catalogue([purpose('news'), purpose('ads')]), now - 2 * hour)
  await publish(store, catalogue([purpose('news', { retired: '2026-11-01' }), purpose('ads')]), now - hour)
  await record(store, 1, { at: now - minute })
  const judged = await judging.group(await rest())
  assert.deepEqual(verdicts(judged), [[subjectOf(1), 0n, ['PURPOSE_RETIRED']]])
  assert.deepEqual(judged.group.rejudge, [{ controller: 'campo', causeAt: now - hour }])
})

test('what a controller reports of itself has nobody judged again', async (t) => {
  const { store, judging, rest } = await begin(t)
  const last = (await store.readStream('controller-campo', { after: beginning, limit: 100 })).at(-1)
  assert.ok(last)
  const { metadata } = last
  await store.append('controller-campo', last.revision, [
    { id: '11111111-1111-4111-8111-111111111111', type: 'IntakeReported', data: {}, metadata },
  ])
  assert.deepEqual((await judging.group(await rest())).group.rejudge, [])
})

test('of a controller without a catalogue nobody may be contacted', async (t) => {
  const { store, judging, rest } = await begin(t)
  await record(store, 1, { at: now - minute, data: { controller: 'elsewhere' } })
  const judged = await judging.group(await rest())
  assert.deepEqual(verdicts(judged), [[subjectOf(1), 0n, ['NOT_MARKETING']]])
})

test('restrictions in force are told, none where there never was one, and an empty list once all are lifted', async (t) => {
  const { store, judging, rest } = await begin(t)
  const told = async (): Promise<unknown> => (await judging.group(await rest())).group.subjects[0]?.restrictions
  await record(store, 1, { at: now - 3 * hour })
  assert.equal(await told(), null)
  const since = now - 2 * hour
  const { id } = await record(store, 1, { type: 'ProcessingRestricted', at: since, data: { purposes: ['news'], ground: 'claims' } })
  assert.deepEqual(await told(), [{ eventId: id, purposes: ['news'], ground: 'claims', since }])
  await record(store, 1, { type: 'RestrictionLifted', at: now - hour, data: { restriction: id } })
  assert.deepEqual(await told(), [])
})

test('a run begins with the catalogues as they are: what another projector judged by before it is not judged by an older one', async (t) => {
  const { store, live, rest } = await begin(t)
  await publish(store, catalogue([purpose('news', { retired: '2026-11-01' })]), now - 2 * hour)
  await rest()
  await record(store, 1, { at: now - hour })
  const takenOver = new Judging({ store, live, clock: () => now })
  assert.deepEqual(verdicts(await takenOver.group(await rest())), [[subjectOf(1), 0n, ['PURPOSE_RETIRED']]])
})
