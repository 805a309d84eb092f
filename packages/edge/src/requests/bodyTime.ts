// How long a request may take to come: Node's own limit covers every route alike, and a body that is streamed has no end in time.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { EdgeApp } from '../serving/fastify.ts'
import { endSocket } from './sockets.ts'

/** `whole`: from its head to its last byte, ms. `idle`: without a byte of it, or of the answer that waits to be taken; what counts for a route with `streamed`. */
export type BodyTimes = { whole: number; idle: number }

export const bodyTimes: BodyTimes = { whole: 120_000, idle: 120_000 }

/** How often is looked, ms: a limit is kept to within this. */
const sweepEvery = 10_000

/** `since`: when it began, or for a `streamed` one when a byte went last in either direction. `moved`: bytes of its connection by then. */
type Coming = { request: IncomingMessage; response: ServerResponse; streamed: boolean; since: number; moved: number }

export type BodyWatch = {
  /** From now on only silence ends this request. */
  stream(request: IncomingMessage): void
  /** Ends what has taken too long at `now` (ms): 400 where no answer has begun, and the connection in any case. */
  sweep(now: number): void
}

const tooSlow = (): Error => Object.assign(new Error('a body that does not come'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })

/** Bytes that came in, and that the other side took. */
const movedOn = (socket: Socket): number => socket.bytesRead + socket.bytesWritten - socket.writableLength

/** A streamed one lasts as long as its answer is being taken: what waits for a client that takes nothing waits on somebody's disk. */
const isOver = ({ request, response, streamed }: Coming): boolean =>
  streamed ? response.closed || response.writableFinished : request.complete

/** Watches what comes in on a server. A connection has one request coming at a time, so that there is no more to remember than there are connections. */
export const watchBodies = (server: Server, { whole, idle }: BodyTimes, now: () => number): BodyWatch => {
  const coming = new Map<Socket, Coming>()
  server.on('connection', (socket: Socket) => socket.once('close', () => coming.delete(socket)))
  server.prependListener('request', (request, response) => {
    coming.set(request.socket, { request, response, streamed: false, since: now(), moved: movedOn(request.socket) })
  })
  return {
    stream(request) {
      const found = coming.get(request.socket)
      if (found?.request === request) Object.assign(found, { streamed: true, since: now() })
    },
    sweep(at) {
      for (const [socket, one] of coming) {
        const moved = movedOn(socket)
        if (isOver(one)) coming.delete(socket)
        else if (one.streamed && moved > one.moved) Object.assign(one, { since: at, moved })
        else if (at - one.since > (one.streamed ? idle : whole)) endSocket(socket, tooSlow())
      }
    },
  }
}

/** Holds every route to `bodyTimes`; those with `streamed` from when their caller has been admitted. */
export const addBodyTimes = (app: EdgeApp): void => {
  const watch = watchBodies(app.server, bodyTimes, () => performance.now())
  const sweeping = setInterval(() => watch.sweep(performance.now()), sweepEvery)
  sweeping.unref()
  app.addHook('onClose', async () => clearInterval(sweeping))
  app.addHook('preParsing', async (request) => {
    if (request.routeOptions.config.streamed) watch.stream(request.raw)
  })
}
