// The socket: one port for gRPC and plain HTTP, as the real server has it; connections that can be cut, a port that closes and opens again.
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { once } from 'node:events'
import type { Call } from './rooms.ts'

const host = '127.0.0.1'
const prefaceOfHttp2 = 'PRI'

export class Door {
  readonly #server
  readonly #lines = new Map<string, Socket>()
  #port = 0
  #closed: Promise<unknown> = Promise.resolve()

  /** `tls`: PEM; without it everything is in the clear. */
  constructor(grpc: Server, http: RequestListener, tls?: { key: string; cert: string }) {
    const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
    const plain = createHttpServer(http)
    const server = tls ? createTlsServer({ ...tls, ALPNProtocols: ['h2', 'http/1.1'] }) : createServer()
    this.#server = server
    server.on('connection', (socket: Socket) => this.#opened(socket))
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket & { alpnProtocol?: string }) => {
      if (tls) return void (socket.alpnProtocol === 'h2' ? injector.injectConnection(socket) : plain.emit('connection', socket))
      socket.once('readable', () => {
        const first: unknown = socket.read()
        if (!Buffer.isBuffer(first)) return
        socket.unshift(first)
        if (first.toString('latin1').startsWith(prefaceOfHttp2)) injector.injectConnection(socket)
        else plain.emit('connection', socket)
      })
    })
  }

  get address(): string {
    return `${host}:${this.#port}`
  }

  /** Listens: on a free port the first time, on the same one after that. */
  async open(): Promise<void> {
    await this.#closed
    this.#server.listen(this.#port, host)
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Nothing can connect, and every connection is reset. */
  async close(): Promise<void> {
    this.#stopListening()
    this.cutAll()
    await this.#closed
  }

  /** Nothing can connect, and every connection ends once what was written to it has gone out. */
  shutDown(): void {
    this.#stopListening()
    for (const socket of this.#lines.values()) setImmediate(() => setImmediate(() => socket.destroySoon()))
  }

  #stopListening(): void {
    if (!this.#server.listening) return
    this.#closed = once(this.#server, 'close')
    this.#server.close()
  }

  cut(call: Call): void {
    this.#lines.get(call.getPeer())?.resetAndDestroy()
  }

  cutAll(): void {
    for (const socket of this.#lines.values()) socket.resetAndDestroy()
  }

  #opened(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`
    this.#lines.set(peer, socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#lines.delete(peer))
  }
}
