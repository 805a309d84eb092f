// Conformance: what the read model answers is what the fold of each stream answers, for every history: given and renewed are both a yes in force.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { allChannels, eligible, ms, subjectView, type Channel } from '@consent-ledger/domain'
import type { EligibilityRow } from '../port.ts'
import { histories, minutes, subjects } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { noticed, World } from './world.ts'

type Line = Pick<EligibilityRow, 'subjectId' | 'purpose' | 'channel' | 'state' | 'since' | 'stateUntil' | 'notice' | 'answerEventId'> & {
  objected: boolean
}
const name = ({ subjectId, purpose, channel }: Line): string => `${subjectId} ${purpose} ${channel}`
const sorted = (lines: Line[]): Line[] => lines.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))

const lineOf = (row: EligibilityRow): Line => ({
  subjectId: row.subjectId,
  purpose: row.purpose,
  channel: row.channel,
  state: row.state,
  objected: row.objection !== null,
  since: row.since,
  stateUntil: row.stateUntil,
  notice: row.notice,
  answerEventId: row.answerEventId,
})

const folded = (world: World, at: number): Line[] =>
  subjects.flatMap((subjectId) =>
    subjectView(world.subject(subjectId), world.catalogue(), { at, knownAt: Infinity })
      .states.filter(({ state, objected }) => state !== 'unknown' || objected)
      .map(({ purpose, channel, state, since, until, objected, notice, eventId }) => ({
        subjectId,
        purpose,
        channel,
        state,
        objected,
        since: since === null ? null : ms(since),
        stateUntil: until === null ? null : ms(until),
        notice,
        answerEventId: eventId,
      })),
  )

/** In the zone of the controller a day begins with the histories, and the next one after them. */
const catalogues = fc.constantFrom([], [noticed(2, '2026-11-23')], [noticed(2, '2026-11-24')])

export const agreementTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'current answers agree with the fold of each stream', async ({ opened }) => {
    const model = await opened()
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 12, max: 14 }), catalogues, async (told, after, facts) => {
        await model.reset()
        const world = new World(model)
        world.clock = minutes(after)
        await world.tell([...facts, ...told], 20)
        const { answers, next } = await model.listAnswers({ controller: 'campo', limit: 1000 })
        assert.equal(next, null)
        assert.deepEqual(sorted(answers.map(lineOf)), sorted(folded(world, minutes(after))))
      }),
      { numRuns: 100 },
    )
  })

  withPlace(
    newPlace,
    'each verdict is the one that the stream itself gives, also where time alone brought it about',
    async ({ opened }) => {
      const model = await opened()
      await fc.assert(
        fc.asyncProperty(histories, catalogues, async (told, facts) => {
          await model.reset()
          const world = new World(model)
          world.clock = minutes(1)
          await world.tell([...told, ...facts], 3)
          await world.fanOut()
          await world.pass(minutes(20))
          const cut = { at: minutes(20), knownAt: Infinity }
          for (const purpose of world.catalogue().purposes.values())
            for (const channel of allChannels(purpose)) {
              const rows = await model.verdicts({ controller: 'campo', purpose: purpose.id, channel, subjectIds: subjects })
              for (const row of rows) if (row) assert.deepEqual(verdictOf(row), wanted(row.subjectId, purpose.id, channel))
            }
          function wanted(subjectId: string, purpose: string, channel: Channel) {
            return eligible(world.subject(subjectId), world.catalogue(), { purpose, channel }, cut)
          }
        }),
        { numRuns: 50 },
      )
    },
  )
}

const verdictOf = ({ allowed, reason, until, basis, eventId }: EligibilityRow) => ({ allowed, reason, until, basis, eventId })
