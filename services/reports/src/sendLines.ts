// NDJSON as a reader takes it, packed for whoever takes that.
import { pipeline, type Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { takesGzip } from './accept.ts'

/** Of two streams in a line the last one fails with the first, and is heard of there. */
const packed = (lines: Readable): Readable => pipeline(lines, createGzip({ level: constants.Z_BEST_SPEED }), () => {})

/** Answers with lines, read no faster than they are taken. What fails before the first byte is answered with its problem; later the connection is cut. */
export const sendLines = (request: FastifyRequest, reply: FastifyReply, lines: Readable): FastifyReply => {
  void reply.type('application/x-ndjson; charset=utf-8').header('vary', 'Accept-Encoding')
  if (!takesGzip(request.headers['accept-encoding'])) return reply.send(lines)
  return reply.header('content-encoding', 'gzip').send(packed(lines))
}
