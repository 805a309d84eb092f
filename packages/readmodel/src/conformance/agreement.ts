// Conformance: what the read model answers is what the fold of each stream answers, for every history and catalogue: given and renewed are both a yes in force.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { evolveSubject, initialCatalogue, initialSubject, ms, replacedAt, subjectView } from '@consent-ledger/domain'
import type { Catalogue, RecordedEvent } from '@consent-ledger/domain'
import type { CurrentAnswer } from '../port.ts'
import { applyAll, withPlace, type NewPlace } from './setting.ts'
import { catalogueReplacing, histories, start, subjects } from './history.ts'

type Line = Omit<CurrentAnswer, 'site' | 'revision'>
const name = ({ subjectId, purpose, channel }: Line): string => `${subjectId} ${purpose} ${channel}`
const sorted = (lines: Line[]): Line[] => lines.sort((a, b) => (name(a) < name(b) ? -1 : 1))

const folded = (events: readonly RecordedEvent[], catalogue: Catalogue, at: number): Line[] =>
  subjects.flatMap((subjectId) => {
    const own = events.filter((event) => event.stream === `subject-${subjectId}`).reduce(evolveSubject, initialSubject())
    return subjectView(own, catalogue, { at, knownAt: Infinity })
      .states.filter(({ state, objected }) => state !== 'unknown' || objected)
      .map(({ purpose, channel, state, since, until, objected, notice, eventId }) => {
        const answer = state === 'renewed' ? 'given' : state
        return {
          subjectId,
          purpose,
          channel,
          answer,
          objected,
          since: since === null ? null : ms(since),
          until: until === null ? null : ms(until),
          notice: notice && { id: notice.id, version: notice.version },
          eventId,
        }
      })
  })

// A day begins at 10:00 UTC in Kiritimati, as the histories do, and at 10:15 on the Chatham Islands, after them.
const catalogues = [initialCatalogue('campo'), catalogueReplacing('Pacific/Kiritimati'), catalogueReplacing('Pacific/Chatham')]

export const agreementTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'current answers agree with the fold of each stream', async ({ opened }) => {
    const model = await opened()
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 12, max: 14 }), fc.constantFrom(...catalogues), async (events, minutes, catalogue) => {
        const at = start + minutes * 60_000
        await model.reset()
        await applyAll(model, events, 20)
        await model.noteAsOf(at)
        const { answers, next } = await model.listAnswers({
          controller: 'campo',
          limit: 1000,
          replacedAt: (notice) => replacedAt(catalogue, notice),
        })
        assert.equal(next, null)
        const lines = answers.map(({ site: _, revision: __, ...line }) => line)
        assert.deepEqual(sorted(lines), sorted(folded(events, catalogue, at)))
      }),
      { numRuns: 200 },
    )
  })
}
