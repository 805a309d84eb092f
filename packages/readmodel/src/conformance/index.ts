// The contract of the read model's port as tests: every adapter passes all of them.
import { describe } from 'node:test'
import { activityTests } from './activity.ts'
import { agreementTests } from './agreement.ts'
import { answerTests } from './answers.ts'
import { applyTests } from './apply.ts'
import { arrivalTests } from './arrival.ts'
import { leavesTests } from './leaves.ts'
import { listTests } from './lists.ts'
import { openingTests } from './opening.ts'
import { projectorTests } from './projectors.ts'
import type { NewPlace } from './setting.ts'

export { ledgerId, type NewPlace, type Place } from './setting.ts'

/** Declares the suite with node:test. `newPlace` is called for each test and gives a place for a read model where there is none yet. */
export const readModelConformance = (name: string, newPlace: NewPlace): void => {
  describe(`read model conformance: ${name}`, () => {
    openingTests(newPlace)
    applyTests(newPlace)
    projectorTests(newPlace)
    answerTests(newPlace)
    listTests(newPlace)
    activityTests(newPlace)
    leavesTests(newPlace)
    arrivalTests(newPlace)
    agreementTests(newPlace)
  })
}
