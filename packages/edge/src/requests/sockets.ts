// What is answered to bytes that are no HTTP at all, and to expectations that nobody knows.
import type { Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import { LedgerError } from '@consent-ledger/domain'
import { problemOf, problemType } from '../refusals/problems.ts'

/** The newest answer on each connection, finished or not. */
const answers = new WeakMap<Duplex, ServerResponse>()

/** Whether an answer is half said on a connection: another one in the middle of it would be taken for a part of it. */
const isAnswering = (socket: Duplex): boolean => {
  const answer = answers.get(socket)
  return answer !== undefined && answer.headersSent && !answer.writableFinished
}

/** Answers 400 where no answer has begun, and ends the connection. Nothing of what was sent is repeated or logged. */
export const endSocket = (socket: Duplex, error: Error): void => {
  if (Reflect.get(error, 'code') !== 'ECONNRESET' && socket.writable && !isAnswering(socket)) {
    const text = JSON.stringify(
      problemOf(new LedgerError('INVALID_REQUEST', 'This is not a request in HTTP/1.1, or it is too slow, or its head too large.')).body,
    )
    socket.write(
      `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    )
  }
  socket.destroy(error)
}

/** What Fastify calls for a connection on which something came that is no request. */
export const refuseSocket: NonNullable<FastifyServerOptions['clientErrorHandler']> = (error, socket) => endSocket(socket, error)

/** Lets `endSocket` know of each answer. */
export const noteAnswers = (server: Server): void => {
  server.prependListener('request', ({ socket }, response) => void answers.set(socket, response))
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
