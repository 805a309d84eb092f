// A no is never turned away for the form of what stands beside it: that alone is left out, and told.
import type { z } from 'zod'
import { accept, pointerTo, type Issue, type Place } from './violations.ts'

/** More than any of our shapes is deep, since each round takes out what the one before made incomplete. */
const mostRounds = 8

const valueAt = (root: unknown, place: Place): unknown => place.reduce((at, step): unknown => Reflect.get(Object(at), step), root)

/** Whether an issue is about the bound or the form of a named value that is there, or about one that was taken out in the round before. */
const isOfTheForm = (issue: Issue, taken: ReadonlySet<string>): boolean => {
  if (issue.path.some((step) => typeof step !== 'string')) return false
  if (issue.input === undefined) return taken.has(pointerTo(issue.path))
  return issue.code !== 'unrecognized_keys' && issue.code !== 'invalid_type'
}

/** Takes out what an issue is about: the value, or if that is gone already, what cannot be without it. */
const takeOut = (root: unknown, issue: Issue, taken: Set<string>): void => {
  const place = issue.input === undefined ? issue.path.slice(0, -1) : issue.path
  Reflect.deleteProperty(Object(valueAt(root, place.slice(0, -1))), place.at(-1) ?? '')
  taken.add(pointerTo(place))
}

const outermost = (pointers: ReadonlySet<string>): string[] =>
  [...pointers].filter((pointer) => ![...pointers].some((other) => pointer.startsWith(`${other}/`)))

/**
 * As `accept`, but a value below one of `beside` (names at the root) that breaks its bound or form is left out: `dropped` are the RFC 6901 pointers.
 * A field that is not known, a value of another type, and everything elsewhere is refused as ever: INVALID_REQUEST.
 */
export const acceptWithout = <T extends z.ZodType>(
  schema: T,
  input: unknown,
  beside: readonly string[],
): { value: z.output<T>; dropped: string[] } => {
  const taken = new Set<string>()
  let rest = input
  for (let round = 0; round < mostRounds; round++) {
    const read = schema.safeParse(rest, { reportInput: true })
    if (read.success) return { value: read.data, dropped: outermost(taken) }
    const { issues } = read.error
    if (!issues.every((issue) => beside.includes(String(issue.path[0])) && isOfTheForm(issue, taken))) break
    if (round === 0) rest = structuredClone(input)
    for (const issue of issues) takeOut(rest, issue, taken)
  }
  return { value: accept(schema, input), dropped: [] }
}
