// The identifiers of a person as a command is given them: by flags, or by standard input, where no shell remembers them.
import { LedgerError } from '@consent-ledger/domain'
import { z } from 'zod'
import type { Terminal } from './terminal.ts'

const Identifier = z.strictObject({ scheme: z.string().min(1), value: z.string().min(1) })
export type Identifier = z.output<typeof Identifier>
const Listed = z.union([z.array(Identifier), z.strictObject({ identifiers: z.array(Identifier) }).transform((one) => one.identifiers)])

/** As the flags of `find` and `proof` give them; `identifier` is `scheme=value`, any number of times. */
export type IdentifierFlags = { email?: string; phone?: string; customer?: string; cookie?: string; identifier?: string[]; stdin?: true }

const unclear = (message: string): LedgerError => new LedgerError('INVALID_REQUEST', message)

const fromJson = (text: string): Identifier[] => {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw unclear('Standard input begins like JSON and is none.')
  }
  const read = Listed.safeParse(content)
  if (!read.success) throw unclear('Expected a list of { "scheme", "value" }, or the same under "identifiers".')
  return read.data
}

const fromLine = (line: string, place: number): Identifier => {
  const [, scheme, value] = /^(\S+)\s+(\S.*)$/.exec(line.trim()) ?? []
  if (scheme === undefined || value === undefined) throw unclear(`Line ${place + 1} is not a scheme, a space and a value.`)
  return { scheme, value }
}

/** Reads `scheme value`, one a line, or JSON. Errors: INVALID_REQUEST names the line, never what it says. */
export const identifiersIn = (text: string): Identifier[] => {
  if (/^\s*[[{]/.test(text)) return fromJson(text)
  return text
    .split('\n')
    .map((line, place) => ({ line, place }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, place }) => fromLine(line, place))
}

const fromPair = (pair: string): Identifier => {
  const cut = pair.indexOf('=')
  if (cut < 1 || cut === pair.length - 1) throw unclear('Expected --identifier SCHEME=VALUE.')
  return { scheme: pair.slice(0, cut), value: pair.slice(cut + 1) }
}

const readAll = async (terminal: Terminal): Promise<string> => {
  const parts: Uint8Array[] = []
  for await (const part of terminal.stdin) parts.push(typeof part === 'string' ? Buffer.from(part) : part)
  return Buffer.concat(parts).toString('utf8')
}

/** All identifiers that a command was given, in the order flags, then standard input. Errors: INVALID_REQUEST if one is not readable or there is none. */
export const identifiersOf = async (flags: IdentifierFlags, terminal: Terminal): Promise<Identifier[]> => {
  const named = (['email', 'phone', 'customer', 'cookie'] as const).flatMap((scheme) => {
    const value = flags[scheme]
    return value === undefined ? [] : [{ scheme, value }]
  })
  const listed = flags.stdin === true ? identifiersIn(await readAll(terminal)) : []
  const all = [...named, ...(flags.identifier ?? []).map(fromPair), ...listed]
  if (all.length === 0) throw unclear('No identifier was given: name one with --email, --identifier or --stdin.')
  return all
}
