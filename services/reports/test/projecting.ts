// Brings the read model of a world level with its store, as a projector does: everybody judged by the domain, what came due and what a catalogue changed too.
import {
  changesVerdicts,
  controllerOf,
  isLink,
  judgedSubject,
  ms,
  subjectAggregate,
  subjectIdOf,
  subjectStream,
  type RecordedEvent,
} from '@consent-ledger/domain'
import { beginning, fold } from '@consent-ledger/eventstore'
import { z } from 'zod'
import type { Group, JudgedSubject, ReadModel } from '@consent-ledger/readmodel'
import type { World } from './world.ts'

const controllerOfSubject = async ({ store }: World, subjectId: string): Promise<string> => {
  const [first] = await store.readStream(subjectStream(subjectId), { after: beginning, limit: 1 })
  return z.string().parse(first?.data['controller'])
}

const judged = async (world: World, subjectId: string, at: number, causeAt?: number, announce = false): Promise<JudgedSubject[]> => {
  const controller = await controllerOfSubject(world, subjectId)
  const catalogue = world.live.controller(controller)
  if (catalogue === undefined) return []
  const subject = await fold(world.store, subjectAggregate(subjectId))
  return [judgedSubject(subject, catalogue, subjectId, at, { causeAt, announce })]
}

const rejudged = (events: readonly RecordedEvent[]): Group['rejudge'] =>
  events.flatMap(({ stream, type, metadata }) => {
    const controller = controllerOf(stream)
    return controller !== null && changesVerdicts(type) ? [{ controller, causeAt: ms(metadata.recordedAt) }] : []
  })

/** What was recorded since is applied; fan-outs begin, and are not run. */
export const apply = async (world: World, readModel: ReadModel = world.readModel): Promise<void> => {
  await world.live.refresh()
  const after = await readModel.checkpoint()
  const events = await world.store.readAll({ after, limit: 10_000 })
  const subjects = [...new Set(events.flatMap(({ stream }) => subjectIdOf(stream) ?? []))]
  const linked = new Set(events.filter(({ type }) => isLink(type)).map(({ stream }) => subjectIdOf(stream)))
  const judgements = await Promise.all(subjects.map((one) => judged(world, one, world.tick.now, undefined, linked.has(one))))
  await readModel.apply({ events, subjects: judgements.flat(), rejudge: rejudged(events) }, events.at(-1)?.position ?? after)
}

const fanOut = async (world: World, readModel: ReadModel): Promise<void> => {
  for (let [run] = await readModel.fanOuts(); run; [run] = await readModel.fanOuts()) {
    const { controller, cursor, causeAt } = run
    const page = await readModel.subjectsAfter(controller, cursor, 2)
    const subjects = await Promise.all(page.map((one) => judged(world, one, world.tick.now, causeAt)))
    await readModel.applyFanOut(run, subjects.flat(), page.at(-1) ?? null)
  }
}

const comeDue = async (world: World, readModel: ReadModel): Promise<void> => {
  for (;;) {
    const due = await readModel.due(world.tick.now, 10)
    if (due.length === 0) return
    for (const { subjectId, dueAt } of due) await readModel.applyJudged(await judged(world, subjectId, dueAt))
  }
}

/** On return it holds everything recorded, everything that came due, and says so. */
export const project = async (world: World, readModel: ReadModel = world.readModel): Promise<void> => {
  await apply(world, readModel)
  await fanOut(world, readModel)
  await comeDue(world, readModel)
  await readModel.noteAsOf(world.tick.now)
}

/** A read model of which some methods are others. */
export const instead = (readModel: ReadModel, others: Partial<ReadModel>): ReadModel =>
  new Proxy(readModel, {
    get: (whole, name) => {
      const method: unknown = Reflect.get(others, name) ?? Reflect.get(whole, name)
      return typeof method === 'function' ? method.bind(whole) : method
    },
  })
