// The contract of the read model's port as tests: every adapter passes all of them.
import { describe } from 'node:test'
import { activityTests } from './activity.ts'
import { agreementTests } from './agreement.ts'
import { applyTests } from './apply.ts'
import { arrivalTests } from './arrival.ts'
import { asOfTests } from './asOf.ts'
import { changesTests } from './changes.ts'
import { dueTests } from './due.ts'
import { fanOutTests } from './fanOut.ts'
import { feedTests } from './feed.ts'
import { leavesTests } from './leaves.ts'
import { listTests } from './lists.ts'
import { openingTests } from './opening.ts'
import { projectorTests } from './projectors.ts'
import { recipientTests } from './recipients.ts'
import { rowTests } from './rows.ts'
import { scrubTests } from './scrubs.ts'
import type { NewPlace } from './setting.ts'
import { sinkTests } from './sinks.ts'
import { stopTests } from './stops.ts'

export { ledgerId, tables, type NewPlace, type Place, type Rows } from './setting.ts'

/** Declares the suite with node:test. `newPlace` is called for each test and gives a place for a read model where there is none yet. */
export const readModelConformance = (name: string, newPlace: NewPlace): void => {
  describe(`read model conformance: ${name}`, () => {
    openingTests(newPlace)
    applyTests(newPlace)
    projectorTests(newPlace)
    rowTests(newPlace)
    dueTests(newPlace)
    fanOutTests(newPlace)
    feedTests(newPlace)
    changesTests(newPlace)
    asOfTests(newPlace)
    sinkTests(newPlace)
    recipientTests(newPlace)
    stopTests(newPlace)
    scrubTests(newPlace)
    listTests(newPlace)
    activityTests(newPlace)
    leavesTests(newPlace)
    arrivalTests(newPlace)
    agreementTests(newPlace)
  })
}
