// Lists in pages: ?limit= and ?after=, answered with `next` or null.
import { z } from 'zod'

export const ListQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]\d{0,2}|1000)$/)
    .optional()
    .meta({ description: '1 to 1,000; default 100.' }),
  after: z.string().max(200).optional().meta({ description: '`next` of the page before.' }),
})

/** One page of a list held whole. An `after` that is not in it starts from the beginning. */
export const pageOf = <T>(
  all: readonly T[],
  { limit = '100', after }: z.output<typeof ListQuery>,
  cursor: (one: T) => string,
): { page: T[]; next: string | null } => {
  const start = after === undefined ? 0 : all.findIndex((one) => cursor(one) === after) + 1
  const page = all.slice(start, start + Number(limit))
  const last = page.at(-1)
  return { page, next: last !== undefined && start + page.length < all.length ? cursor(last) : null }
}
