// ?dryRun=true: judged as it would be, nothing written.
import { z } from 'zod'

export const DryRunQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional().meta({ description: '`true`: judged as it would be, answered with 200, nothing written.' }),
})
