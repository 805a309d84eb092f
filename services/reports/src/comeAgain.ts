// When to come again, said beside a refusal that time alone cures.
import type { FastifyReply } from 'fastify'

/** What `take` gives; where it refuses, the answer says after how many seconds to ask again. Errors: those of `take`. */
export const orComeAgain = <T>(reply: FastifyReply, seconds: number, take: () => T): T => {
  try {
    return take()
  } catch (error) {
    reply.header('retry-after', seconds)
    throw error
  }
}
