// The contract of the event store port as tests: every adapter passes all of them, memory and servers alike.
import { describe } from 'node:test'
import { appendTests } from './append.ts'
import { closeTests } from './close.ts'
import { contentTests } from './content.ts'
import { raceTests } from './races.ts'
import { readTests } from './read.ts'
import { reopenTests } from './reopen.ts'
import { subscriptionTests } from './subscription.ts'
import type { Open } from './setting.ts'

export type { Open, Opened } from './setting.ts'

/** Declares the suite with node:test. `open` is called for each test and gives an empty store. */
export const eventStoreConformance = (name: string, open: Open): void => {
  describe(`event store conformance: ${name}`, () => {
    appendTests(open)
    readTests(open)
    contentTests(open)
    raceTests(open)
    subscriptionTests(open)
    closeTests(open)
    reopenTests(open)
  })
}
