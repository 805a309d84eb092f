// What every vault does, adapter by adapter the same: the port's contract as one suite.
import type { Test } from './trial.ts'
import { actTests } from './acts.ts'
import { directoryTests } from './directory.ts'
import { journalTests } from './journals.ts'
import { keyTests } from './keys.ts'
import { reachTests } from './reach.ts'

export * from './trial.ts'

/** Every test of the suite; each is given a way to open fresh vaults. An adapter's test file hands them to its runner. */
export const conformance: readonly Test[] = [...directoryTests, ...reachTests, ...actTests, ...keyTests, ...journalTests]
