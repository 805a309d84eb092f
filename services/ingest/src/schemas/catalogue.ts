// PUT /v1/catalogue: what applying a file made, or would make.
import { z } from 'zod'
import { Id, Uuid } from '@consent-ledger/domain'
import { Revision } from './receipts.ts'

/** `id` is what the event is about (a purpose, a notice, a site, …); `eventId` is absent in a dry run. */
const CatalogueChange = z.strictObject({
  type: z.string(),
  id: z.string(),
  version: z.int().optional(),
  language: z.string().optional(),
  eventId: Uuid.optional(),
})

/** What is allowed and rests on the controller's word alone, where it stands in the file. */
const CatalogueWarning = z.strictObject({ pointer: z.string(), rule: z.string(), message: z.string() })

/** No events: the file holds nothing new. `lastRevision` is the controller stream's, null if it has none yet. `warnings` are of the whole file, whatever of it is new. */
export const CatalogueApplied = z
  .strictObject({
    controller: Id,
    dryRun: z.boolean(),
    events: z.array(CatalogueChange),
    lastRevision: Revision.nullable(),
    warnings: z.array(CatalogueWarning),
  })
  .meta({
    examples: [
      {
        controller: 'huttopia',
        dryRun: true,
        events: [{ type: 'PurposePublished', id: 'commercial-mail', version: 2 }],
        lastRevision: '41',
        warnings: [],
      },
    ],
  })
export type CatalogueApplied = z.output<typeof CatalogueApplied>
