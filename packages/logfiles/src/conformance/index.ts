// The contract of the log's files as tests: directory and memory pass all of them.
import { describe } from 'node:test'
import { apartTests } from './apart.ts'
import { closeTests } from './close.ts'
import { onceTests } from './once.ts'
import { pathTests } from './paths.ts'
import { replaceTests } from './replace.ts'
import type { Open } from './setting.ts'

export { SealedLog } from './sealedLog.ts'
export type { Open, Opened } from './setting.ts'

/** Declares the suite with node:test. `open` is called for each test and gives an empty log. */
export const logFilesConformance = (name: string, open: Open): void => {
  describe(`log files conformance: ${name}`, () => {
    onceTests(open)
    replaceTests(open)
    apartTests(open)
    pathTests(open)
    closeTests(open)
  })
}
