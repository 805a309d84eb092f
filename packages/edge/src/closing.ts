// A stop in order: every answer under way is given, and no connection is waited for on which nothing is.
import type { EdgeApp } from './fastify.ts'

/** How often connections that have become idle are closed while the app closes, ms. */
const sweepEvery = 50

/**
 * While the app closes, each answer says that its connection ends, so that the client sends nothing more on it, and connections left open all the
 * same are closed once they are idle: else a stop would last as long as the slowest client keeps its connection.
 */
export const addOrderlyClose = (app: EdgeApp): void => {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    if (!app.server.listening) return
    const sweep = setInterval(() => app.server.closeIdleConnections(), sweepEvery)
    app.server.once('close', () => clearInterval(sweep))
  })
  app.addHook('onSend', async (request, reply) => {
    // Nothing is upgraded here, and after a request that asked for it Node tells nobody of bytes on that connection that it cannot read.
    if (closing || request.headers.upgrade !== undefined) reply.header('connection', 'close')
  })
}
