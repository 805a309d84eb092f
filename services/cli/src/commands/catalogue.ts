// `catalogue check` and `catalogue apply`: a reviewed file against the rules, then into the ledger.
import { catalogueWarnings, decideCatalogue, initialCatalogue, shippedProfiles, type Violation } from '@consent-ledger/domain'
import { readCatalogueFile } from '@consent-ledger/edge'
import { z } from 'zod'
import { ask, type Ledger } from '../client.ts'

/** A line for each warning. */
export const describeWarnings = (warnings: readonly { pointer: string; message: string }[]): string[] =>
  warnings.map(({ pointer, message }) => `Warning, ${pointer}: ${message}`)

/** Reads the file with its texts and checks it as if the ledger were empty. Returns what is allowed and yet to be looked at. Errors: as `readCatalogueFile` and `decideCatalogue`. */
export const checkCatalogue = async (path: string, now: number): Promise<Violation[]> => {
  const file = await readCatalogueFile(path)
  decideCatalogue(initialCatalogue(file.controller.id), file, shippedProfiles, now)
  return catalogueWarnings(file, shippedProfiles, now)
}

const Change = z.looseObject({ type: z.string(), id: z.string(), version: z.int().optional(), language: z.string().optional() })
const Warning = z.looseObject({ pointer: z.string(), message: z.string() })
const Applied = z.looseObject({ controller: z.string(), dryRun: z.boolean(), events: z.array(Change), warnings: z.array(Warning) }) // prettier-ignore
export type Applied = z.output<typeof Applied>

/** Sends the file with its texts; only differences become events. With `dryRun` nothing is written. */
export const applyCatalogue = async (ledger: Ledger, path: string, dryRun: boolean): Promise<Applied> =>
  ask(
    ledger,
    { method: 'PUT', path: `/v1/catalogue${dryRun ? '?dryRun=true' : ''}`, roles: ['admin'], body: await readCatalogueFile(path) },
    Applied,
  )

/** What was recorded, or would be: a line for each event, one that sums up, and one for each warning. */
export const describeApplied = ({ controller, dryRun, events, warnings }: Applied): string[] => {
  const lines = events.map(({ type, id, version, language }) =>
    [type, id, ...(version === undefined ? [] : [`version ${version}`]), ...(language === undefined ? [] : [language])].join(' '),
  )
  const warned = describeWarnings(warnings)
  if (lines.length === 0) return [`Nothing to change at ${controller}.`, ...warned]
  const count = `${lines.length} ${lines.length === 1 ? 'event' : 'events'}`
  return [
    ...lines,
    dryRun ? `${count} would be recorded at ${controller}. Nothing was written.` : `${count} recorded at ${controller}.`,
    ...warned,
  ]
}
