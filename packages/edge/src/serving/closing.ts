// A stop in order: every answer under way is given, and no connection is waited for on which nothing is.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { EdgeApp } from './fastify.ts'

/** How often connections that have become idle are closed while the app closes, ms. */
const sweepEvery = 50

/** A request that has not come whole, or whose answer nobody takes, holds a stop no longer than this, ms. */
const longestWait = 20_000

/** Connections on which nothing was said yet: Node does not count them as idle, and browsers open them ahead of need. */
const watchSilent = (server: Server): ReadonlySet<Socket> => {
  const silent = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  return silent
}

/**
 * While the app closes, each answer says that its connection ends, so that the client sends nothing more on it, and connections left open all the
 * same are closed once they are idle: else a stop would last as long as the slowest client keeps its connection.
 */
export const addOrderlyClose = (app: EdgeApp): void => {
  const silent = watchSilent(app.server)
  let closing = false
  const sweep = (): void => {
    app.server.closeIdleConnections()
    for (const socket of silent) if (socket.bytesRead === 0) socket.destroy()
  }
  app.addHook('preClose', async () => {
    closing = true
    if (!app.server.listening) return
    const sweeping = setInterval(sweep, sweepEvery)
    const last = setTimeout(() => app.server.closeAllConnections(), longestWait)
    app.server.once('close', () => {
      clearInterval(sweeping)
      clearTimeout(last)
    })
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
