// Looking a person up: the subjects that identifiers reach, without an identifier in any address or file name.
import { z } from 'zod'
import { ask, type Ledger } from '../client.ts'
import type { Identifier } from '../identifiers.ts'

const Found = z.looseObject({
  subjectId: z.string().nullable(),
  subjects: z.array(
    z.looseObject({
      subjectId: z.string(),
      controller: z.string(),
      matched: z.array(z.string()),
      first: z.string().nullish(),
      last: z.string().nullish(),
      status: z.string().nullish(),
    }),
  ),
})
export type Found = z.output<typeof Found>

/** Whom the identifiers reach, at `controller` if it is named. Errors: NOT_FOUND and whatever else the ledger answers. */
export const lookUp = (ledger: Ledger, identifiers: Identifier[], controller: string | undefined): Promise<Found> =>
  ask(
    ledger,
    {
      method: 'POST',
      path: '/v1/subjects/lookup',
      roles: ['legal', 'dpo'],
      body: { identifiers, ...(controller === undefined ? {} : { controller }) },
    },
    Found,
  )

/** A line for each subject. */
export const describeFound = (found: Found): string[] =>
  found.subjects.map(({ subjectId, controller, matched, first, last, status }) =>
    [
      `subject ${subjectId}`,
      `controller ${controller}`,
      `by ${matched.join(', ')}`,
      ...(first ? [`first ${first}`] : []),
      ...(last ? [`last ${last}`] : []),
      ...(status ? [status] : []),
    ].join('  '),
  )
