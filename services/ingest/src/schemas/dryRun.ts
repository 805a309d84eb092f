// ?dryRun=true: rehearsed, nothing written. ?wait=published: answered once it is published.
import { z } from 'zod'

export const DryRunQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true`: rehearsed: answered with 200 and what would be recorded, nothing written.' }),
})

export const ActQuery = DryRunQuery.extend({
  wait: z.literal('published').optional().meta({
    description: '`published`: the answer waits, as a rule a second and at most five, for the log, and has the proof of each event inside.',
  }),
})
