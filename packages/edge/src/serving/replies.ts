// How replies become JSON, and how tests hold them to the schema that the OpenAPI document promises.
import { LedgerError } from '@consent-ledger/domain'
import type { FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'

/** The schema of one status: plain, or under its content type. */
const schemaIn = (declared: unknown): z.ZodType | null => (declared instanceof z.ZodType ? declared : null)

/**
 * Plain JSON.stringify: handlers build their replies from typed values, and encoding each through its schema again costs time for nothing.
 * With `check` (tests) a reply that differs from its schema is INTERNAL, naming method and route.
 */
export const serialising =
  (check: boolean): FastifySerializerCompiler<unknown> =>
  ({ schema, method, url }) => {
    const declared = schemaIn(schema)
    if (!check || declared === null) return (reply) => JSON.stringify(reply)
    return (reply) => {
      const text = JSON.stringify(reply)
      const read = declared.safeParse(JSON.parse(text))
      if (!read.success)
        throw new LedgerError('INTERNAL', `The reply of ${method} ${url} is not what its schema says: ${z.prettifyError(read.error)}`)
      return text
    }
  }
