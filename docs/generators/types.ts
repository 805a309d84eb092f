// How the type of a schema is written in the documentation: the name of a schema that domain exports, else its form in words.
import * as domain from '@consent-ledger/domain'
import { z } from 'zod'

const isSchema = (value: unknown): value is z.ZodType => value instanceof z.ZodType

/** The schemas that events are made of and that have a name of their own. */
const names = new Map<unknown, string>(
  Object.entries(domain).flatMap(([name, value]: [string, unknown]) => (isSchema(value) ? [[value, name] as const] : [])),
)
export const nameOf = (schema: unknown): string | undefined => names.get(schema)

/** Schemas whose value is ciphertext with a commitment: personal data, or the words of staff. */
const sealed: ReadonlySet<unknown> = new Set([domain.SealedField, domain.SealedIdentifier, domain.SealedEvidence])

/** What a schema with a modifier around it is: whether it may be absent, and the schema inside. */
export const bare = (schema: unknown): { optional: boolean; inner: unknown } => {
  if (nameOf(schema) !== undefined) return { optional: false, inner: schema }
  if (schema instanceof z.ZodOptional) return { optional: true, inner: bare(schema.unwrap()).inner }
  // Events are written after defaults were filled in, so a default is never absent.
  if (schema instanceof z.ZodDefault) return { optional: false, inner: bare(schema.unwrap()).inner }
  return { optional: false, inner: schema }
}

/** Whether a value is ciphertext: all of it, some of it (personal data or staff's words stand sealed inside), or none. */
export const sealing = (schema: unknown): 'sealed' | 'in part' | '' => {
  const { inner } = bare(schema)
  if (sealed.has(inner)) return 'sealed'
  if (inner instanceof z.ZodArray) return sealing(inner.element)
  if (inner instanceof z.ZodObject) return Object.values(inner.shape).some((member) => sealing(member) !== '') ? 'in part' : ''
  return ''
}

const member = ([name, schema]: [string, unknown]): string => `${name}${bare(schema).optional ? '?' : ''}: ${typeText(schema)}`

/** The type in one line, as TypeScript would put it; a named schema by its name. */
export const typeText = (schema: unknown): string => {
  const { inner } = bare(schema)
  const name = nameOf(inner)
  return name ?? formText(inner)
}

const listText = (element: string): string => (element.includes(' | ') && !element.startsWith('{') ? `(${element})[]` : `${element}[]`)

/** The form of a schema, even where it has a name. */
export const formText = (inner: unknown): string => {
  if (inner instanceof z.ZodArray) return listText(typeText(inner.element))
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `'${String(option)}'`).join(' | ')
  if (inner instanceof z.ZodLiteral) return [...inner.values].map((value) => `'${String(value)}'`).join(' | ')
  if (inner instanceof z.ZodUnion) return inner.options.map(typeText).join(' | ')
  if (inner instanceof z.ZodRecord) return `{ [${typeText(inner.keyType)}]: ${typeText(inner.valueType)} }`
  if (inner instanceof z.ZodObject) return `{ ${Object.entries(inner.shape).map(member).join('; ')} }`
  if (inner instanceof z.ZodNumber) return inner.isInt ? 'integer' : 'number'
  if (inner instanceof z.ZodBoolean) return 'boolean'
  if (inner instanceof z.ZodISODate) return 'day'
  return 'string'
}
