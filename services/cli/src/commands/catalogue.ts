// `catalogue check` and `catalogue apply`: a reviewed file against the rules, then into the ledger.
import { decideCatalogue, initialCatalogue, shippedProfiles } from '@consent-ledger/domain'
import { readCatalogueFile } from '@consent-ledger/edge'
import { z } from 'zod'
import { ask, type Ledger } from '../client.ts'

/** Reads the file with its texts and judges it as if the ledger were empty. Returns if nothing is wrong. Errors: as `readCatalogueFile` and `decideCatalogue`. */
export const checkCatalogue = async (path: string, now: number): Promise<void> => {
  const file = await readCatalogueFile(path)
  decideCatalogue(initialCatalogue(file.controller.id), file, shippedProfiles, now)
}

const Change = z.looseObject({ type: z.string(), id: z.string(), version: z.int().optional(), language: z.string().optional() })
const Applied = z.looseObject({ controller: z.string(), dryRun: z.boolean(), events: z.array(Change) })
export type Applied = z.output<typeof Applied>

/** Sends the file with its texts; only differences become events. With `dryRun` nothing is written. */
export const applyCatalogue = async (ledger: Ledger, path: string, dryRun: boolean): Promise<Applied> =>
  ask(
    ledger,
    { method: 'PUT', path: `/v1/catalogue${dryRun ? '?dryRun=true' : ''}`, roles: ['admin'], body: await readCatalogueFile(path) },
    Applied,
  )

/** What was recorded, or would be: a line for each event, and one that sums up. */
export const describeApplied = ({ controller, dryRun, events }: Applied): string[] => {
  const lines = events.map(({ type, id, version, language }) =>
    [type, id, ...(version === undefined ? [] : [`version ${version}`]), ...(language === undefined ? [] : [language])].join(' '),
  )
  if (lines.length === 0) return [`Nothing to change at ${controller}.`]
  const count = `${lines.length} ${lines.length === 1 ? 'event' : 'events'}`
  return [...lines, dryRun ? `${count} would be recorded at ${controller}. Nothing was written.` : `${count} recorded at ${controller}.`]
}
