// What is answered to bytes that are no HTTP at all, and to expectations that nobody knows.
import type { Server } from 'node:http'
import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import { LedgerError } from '@consent-ledger/domain'
import { problemOf, problemType } from '../refusals/problems.ts'

/** Answers 400 and closes. Nothing of what was sent is repeated or logged. */
export const refuseSocket: NonNullable<FastifyServerOptions['clientErrorHandler']> = (error, socket) => {
  if (Reflect.get(error, 'code') !== 'ECONNRESET' && socket.writable) {
    const text = JSON.stringify(
      problemOf(new LedgerError('INVALID_REQUEST', 'This is not a request in HTTP/1.1, or its head is too large or too slow.')).body,
    )
    socket.write(
      `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    )
  }
  socket.destroy(error)
}

/** An expectation other than `100-continue` is passed over, as RFC 9110 §10.1.1 allows: Node's own 417 would be no problem document and would be counted nowhere. */
export const passOverExpectations = (server: Server): void => {
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response))
}

/**
 * The answer to a request that asks for an upgrade ends its connection, whoever gives it (also where the framework answers before any hook): nothing is
 * upgraded here, and after such a request Node tells nobody of bytes on that connection that it cannot read, so that they would never be answered.
 */
export const endAfterUpgrades = (server: Server): void => {
  server.prependListener('request', ({ headers }, response) => {
    if (headers.upgrade !== undefined) response.setHeader('connection', 'close')
  })
}

/** Refuses a request in HTTP/1.1 without Host (RFC 9112 §3.2), which Node would answer with an empty 400. */
export const demandHost = async ({ headers, raw }: FastifyRequest): Promise<void> => {
  if (headers.host === undefined && raw.httpVersion === '1.1')
    throw new LedgerError('INVALID_REQUEST', 'A request in HTTP/1.1 names its Host.')
}
