// What must hold after every fault: nothing acknowledged is lost, nothing is there twice, and the read model has caught up, each event once.
import assert from 'node:assert/strict'
import type { RecordedEvent } from '@consent-ledger/domain'
import { Judging } from '@consent-ledger/projector'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import type { ReadModel } from '@consent-ledger/readmodel'
import { demandStands, type Callers } from './callers.ts'
import { until, type Ledger } from './scene.ts'
import type { Standing } from './standing.ts'

const controller = 'campo'

const demandOnce = (events: readonly RecordedEvent[]): void => {
  const next = new Map<string, bigint>()
  const ids = new Set<string>()
  for (const { id, stream, revision } of events) {
    assert.equal(revision, next.get(stream) ?? 0n, 'revisions are contiguous')
    next.set(stream, revision + 1n)
    assert.ok(!ids.has(id), 'no event stands twice')
    ids.add(id)
  }
}

/** But for when it was told, which groups that others made decide. */
const told = async (model: ReadModel): Promise<unknown> => ({
  answers: (await model.listAnswers({ controller, limit: 1_000 })).answers.map(({ n: _n, revision: _r, effectiveAt: _e, stopped: _s, ...row }) => row), // prettier-ignore
  activity: await model.activity({ controller }),
})

/** What a read model says that was given everything in one piece, past every fault. */
const toldOf = async (events: readonly RecordedEvent[], ledger: Ledger): Promise<unknown> => {
  const model = await openSqliteReadModel({ file: ':memory:', ledgerId: ledger.live.ledger().ledgerId ?? '' })
  const { group } = await new Judging(ledger).group(events)
  await model.apply(group, events.at(-1)?.position ?? -1n)
  const said = await told(model)
  await model.close()
  return said
}

/** Waits until the read model holds what stands, and holds the two against each other. */
export const demandCaughtUp = async (ledger: Ledger, standing: Standing): Promise<void> => {
  const events = await standing()
  const end = events.at(-1)?.position ?? -1n
  await until('the read model has caught up', () => ledger.faults.length > 0 || ledger.projector.progress().checkpoint >= end)
  assert.deepEqual(ledger.faults, [], 'nothing that must end the process')
  assert.deepEqual(
    events.filter(({ id }) => ledger.applied.get(id) !== 1).map(({ id }) => id),
    [],
    'every event reached the read model once',
  )
  assert.notEqual((await ledger.readModel.progress()).asOf, null)
  await until('everybody is judged by the catalogue as it is', async () => (await ledger.readModel.fanOuts()).length === 0)
  assert.deepEqual(await told(ledger.readModel), await toldOf(events, ledger))
}

/** Every act that was posted stands once, as its receipt says, and nothing else does; posted once more it has the same answer. */
export const demandTruth = async (ledger: Ledger, callers: Callers, standing: Standing): Promise<void> => {
  const events = await standing()
  demandOnce(events)
  for (const act of callers.acts) demandStands(act, events)
  const receipts = new Set(callers.acts.map(({ receipt }) => receipt?.id))
  assert.equal(receipts.size, callers.acts.length, 'each key is one act')
  const strays = events.filter(({ stream, metadata }) => stream.startsWith('subject-') && !receipts.has(metadata.actId))
  assert.deepEqual(strays, [], 'no act stands that nobody was told of')
  await callers.replay()
  await demandCaughtUp(ledger, standing)
}
