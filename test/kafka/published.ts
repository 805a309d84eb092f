// What docs/asyncapi.yaml publishes, as a program of somebody else reads it: the schemas by which it checks records.
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

export type Published = {
  asyncapi: string
  components: {
    messages: Record<string, { payload: { $ref?: string }; examples?: { payload: unknown }[] }>
    schemas: Record<string, object>
  }
}

export const published = parse(readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8')) as Published

/** Checks by draft 7, of which the schemas of AsyncAPI 3.0 are. */
export const checker = (): Ajv => addFormats.default(new Ajv({ strict: false, allErrors: false, validateFormats: true }))

/** By the name of a message, the check of its payload. */
export const payloadOf = (message: string): ValidateFunction => {
  const name = published.components.messages[message]?.payload.$ref?.split('/').at(-1) ?? ''
  const schema = published.components.schemas[name]
  if (schema === undefined) throw new Error(`docs/asyncapi.yaml has no schema for ${message}`)
  return checker().compile(schema)
}
