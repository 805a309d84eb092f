// One line of a scrub: the identifier that it names, or what is wrong with it, which never repeats anything that stands there.
import { LedgerError, type Catalogue, type ErrorCode } from '@consent-ledger/domain'
import { readBody } from '@consent-ledger/edge'
import { ScrubTrouble, type Line } from '@consent-ledger/proof'
import { readIdentifier, type Identifier } from '@consent-ledger/vault'

export type ReadLine = { line: number; identifier: Identifier } | ScrubTrouble

type Pointer = ScrubTrouble['error']['pointer']

const trouble = (line: number, code: ErrorCode, pointer: Pointer, rule: string): ScrubTrouble => ({ line, error: { code, pointer, rule } })

const fields: readonly string[] = ['scheme', 'value']

/** `{ scheme, value }` and nothing else: a misspelt field is never silently lost, and its name may be an address. */
const shapeOf = (value: unknown): { scheme: string; value: string } | { pointer: Pointer; rule: string } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { pointer: '', rule: 'type' }
  if (Object.keys(value).some((name) => !fields.includes(name))) return { pointer: '', rule: 'unknown-field' }
  const [scheme, named]: unknown[] = fields.map((name) => Reflect.get(value, name))
  if (typeof scheme !== 'string') return { pointer: '/scheme', rule: scheme === undefined ? 'required' : 'type' }
  if (typeof named !== 'string') return { pointer: '/value', rule: named === undefined ? 'required' : 'type' }
  return { scheme, value: named }
}

/** What is wrong, where the error is one of a line's own. Errors: any other is thrown on. */
const troubleIn = (line: number, error: unknown): ScrubTrouble => {
  if (!(error instanceof LedgerError) || !['UNREADABLE_BODY', 'IDENTIFIER_INVALID'].includes(error.code)) throw error
  const [first] = error.violations
  const pointer = ScrubTrouble.shape.error.shape.pointer.safeParse(first?.pointer).data ?? ''
  return trouble(line, error.code, pointer, first?.rule ?? 'form')
}

/** Reads a line by the schemes and rules of a controller. */
export const readLine = (catalogue: Pick<Catalogue, 'controller'>, { number, bytes }: Line): ReadLine => {
  if (bytes === null) return trouble(number, 'TOO_LARGE', '', 'length')
  try {
    const shape = shapeOf(readBody(bytes))
    if ('rule' in shape) return trouble(number, 'INVALID_REQUEST', shape.pointer, shape.rule)
    return { line: number, identifier: readIdentifier(catalogue, shape, '') }
  } catch (error) {
    return troubleIn(number, error)
  }
}
