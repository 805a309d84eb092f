// What is wrong with an input, named by place and rule and never by value: zod's issues as violations (RFC 6901 pointers).
import { LedgerError, type Violation } from '@consent-ledger/domain'
import type { core, z } from 'zod'

const mostViolations = 50
const safeName = /^[A-Za-z][A-Za-z0-9_-]{0,40}$/

export type Issue = core.$ZodIssue
export type Place = readonly PropertyKey[]

/** Whether a step of a path may be repeated to the caller. Anything else in its place could be a value. */
const isSafe = (step: PropertyKey): boolean =>
  typeof step === 'number' || (typeof step === 'string' && (safeName.test(step) || /^\d{1,6}$/.test(step)))

/** RFC 6901 pointer to `place`, cut before the first step that is not a plain name or index. */
export const pointerTo = (place: Place): string => {
  const unsafe = place.findIndex((step) => !isSafe(step))
  return (unsafe === -1 ? place : place.slice(0, unsafe)).map((step) => `/${String(step)}`).join('')
}

const size = (issue: { origin: string }): string =>
  issue.origin === 'string' ? 'characters' : issue.origin === 'array' || issue.origin === 'set' ? 'entries' : ''

const bound = (word: string, limit: unknown, unit: string): string => `Must be ${word} ${String(limit)} ${unit}`.trimEnd() + '.'

/** What most callers need to be told of a form: how it looks. */
const forms: Readonly<Record<string, string>> = {
  datetime: 'Must be a time with its offset, such as 2026-11-05T08:00:00+01:00.',
  date: 'Must be a date, such as 2026-11-05.',
}

const mayBeMissing: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union'])

/** Rule and sentence of an issue. Every part comes from our schema. */
const describe = (issue: Issue): { rule: string; message: string } => {
  if (issue.input === undefined && mayBeMissing.has(issue.code)) return { rule: 'required', message: 'Is required.' }
  switch (issue.code) {
    case 'invalid_type':
      return { rule: 'type', message: `Must be of type ${issue.expected}.` }
    case 'too_small':
      return { rule: 'minimum', message: bound(issue.inclusive === false ? 'more than' : 'at least', issue.minimum, size(issue)) }
    case 'too_big':
      return { rule: 'maximum', message: bound(issue.inclusive === false ? 'less than' : 'at most', issue.maximum, size(issue)) }
    case 'invalid_format':
      return {
        rule: issue.format === 'regex' ? 'pattern' : issue.format,
        message: forms[issue.format] ?? 'Does not have the form that is asked for.',
      }
    case 'not_multiple_of':
      return { rule: 'multiple-of', message: `Must be a multiple of ${issue.divisor}.` }
    case 'invalid_value':
      return { rule: 'one-of', message: `Must be one of: ${issue.values.slice(0, 40).map(String).join(', ')}.` }
    case 'unrecognized_keys':
      return { rule: 'unknown-field', message: 'There is no such field.' }
    case 'invalid_key':
      return { rule: 'key', message: 'Has a key that is not allowed.' }
    case 'invalid_element':
      return { rule: 'element', message: 'Has an element that is not allowed.' }
    case 'invalid_union':
      return { rule: 'form', message: 'Has none of the forms that are allowed.' }
    default:
      return { rule: 'rule', message: 'Breaks a rule.' }
  }
}

/** Sentences of ours for zod's own; a sentence written in a schema wins over them, and must hold no value either. */
const sentence: core.$ZodErrorMap = (issue) => describe(issue as Issue).message

const depthOf = (issues: readonly Issue[]): number => Math.max(...issues.map((issue) => issue.path.length))

/** The branch of a union that the input was meant for: where the mistakes lie deepest. Null if no branch fits at all. */
const meantBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | null => {
  const [deepest] = branches.filter((issues) => issues.length > 0).sort((a, b) => depthOf(b) - depthOf(a))
  return deepest !== undefined && depthOf(deepest) > 0 ? deepest : null
}

const fromIssue = (issue: Issue, at: Place): Violation[] => {
  const place = [...at, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointerTo([...place, key]), rule: 'unknown-field', message: issue.message }))
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors)
    if (branch !== null) return branch.flatMap((inner) => fromIssue(inner, place))
  }
  return [{ pointer: pointerTo(place), rule: describe(issue).rule, message: issue.message }]
}

/** Parses `input` or throws INVALID_REQUEST with a violation for each broken rule, at most 50. `at`: where the input stands in what the caller sent. */
export const accept = <T extends z.ZodType>(schema: T, input: unknown, at: Place = []): z.output<T> => {
  const read = schema.safeParse(input, { reportInput: true, error: sentence })
  if (read.success) return read.data
  const violations = read.error.issues.flatMap((issue) => fromIssue(issue, at)).slice(0, mostViolations)
  throw new LedgerError('INVALID_REQUEST', 'The request breaks a rule of its schema; see errors.', { violations })
}
