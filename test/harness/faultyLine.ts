// A TCP line in front of a server, the double or a real one, that can be refused, cut, fall silent in either direction, and be slow.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Transform } from 'node:stream'

export type Direction = 'toServer' | 'toClient'

const host = '127.0.0.1'
const both: Direction[] = ['toServer', 'toClient']
const nodeOf = /^(esdb(?:\+discover)?:\/\/(?:[^@/]*@)?)(\[[^\]]+\]|[^:/?,]+)(?::(\d+))?(?=[/?]|$)/

/** What passes in one direction of one connection: at once, later, or not until it is let. In order always, and nothing is ever lost. */
class Pipe extends Transform {
  #held: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #delay = 0
  #isSilent = false

  /** Whether something waits until it may pass. */
  get holds(): boolean {
    return this.#isSilent && this.#held !== undefined
  }

  set(isSilent: boolean, delay: number): void {
    this.#isSilent = isSilent
    this.#delay = delay
    if (!isSilent) this.#let()
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#pass(() => done(null, chunk))
  }

  /** The end of a connection waits as its bytes do. */
  override _flush(done: () => void): void {
    this.#pass(done)
  }

  /** One at a time: the next chunk comes only after this one was passed. */
  #pass(pass: () => void): void {
    if (!this.#isSilent && this.#delay === 0) return pass()
    this.#held = pass
    if (!this.#isSilent) this.#timer = setTimeout(() => this.#let(), this.#delay)
  }

  #let(): void {
    clearTimeout(this.#timer)
    const pass = this.#held
    this.#held = undefined
    pass?.()
  }
}

/** A socket that has said its end already cannot be reset any more: Node keeps it, and the process with it. */
const reset = (socket: Socket): void => void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy())

type Connection = { sockets: [Socket, Socket]; pipes: Record<Direction, Pipe> }

export class FaultyLine {
  /** The connection string, of this line instead of the server. */
  url = ''
  readonly #target: string
  readonly #server: { host: string; port: number }
  #listener: Server | undefined
  #port = 0
  #silent = new Set<Direction>()
  #delay: Record<Direction, number> = { toServer: 0, toClient: 0 }
  readonly #connections = new Set<Connection>()

  constructor(target: string) {
    const [, , address, port = '2113'] = nodeOf.exec(target) ?? []
    if (address === undefined) throw new Error('a line leads to one node: esdb://host:port')
    this.#target = target
    this.#server = { host: address.replaceAll(/[[\]]/g, ''), port: Number(port) }
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Whether a silence holds something back in this direction. */
  holds(direction: Direction): boolean {
    return [...this.#connections].some(({ pipes }) => pipes[direction].holds)
  }

  /** Takes new connections, on the same port each time. */
  async accept(): Promise<void> {
    if (this.#listener) return
    this.#listener = createServer((client) => this.#lead(client)).listen(this.#port, host)
    await once(this.#listener, 'listening')
    this.#port = (this.#listener.address() as AddressInfo).port
    this.url = this.#target.replace(nodeOf, (_all, scheme: string) => `${scheme}${host}:${this.#port}`)
  }

  /** New connections are refused, as by a port where nothing listens; open ones live on. */
  refuse(): void {
    this.#listener?.close()
    this.#listener = undefined
  }

  /** Resets every connection. */
  cut(): void {
    for (const { sockets } of this.#connections) for (const socket of sockets) reset(socket)
  }

  /** Nothing passes any more in this direction, or in both, neither bytes nor ends; new connections are taken and as silent. A frozen server looks so. */
  silence(...directions: Direction[]): void {
    for (const direction of directions.length === 0 ? both : directions) this.#silent.add(direction)
    this.#apply()
  }

  /** Each chunk takes `milliseconds` in this direction, or in each, until the next change. */
  delay(milliseconds: number, ...directions: Direction[]): void {
    for (const direction of directions.length === 0 ? both : directions) this.#delay[direction] = milliseconds
    this.#apply()
  }

  /** Everything passes again; what was held passes now. */
  async heal(): Promise<void> {
    this.#silent.clear()
    this.#delay = { toServer: 0, toClient: 0 }
    this.#apply()
    await this.accept()
  }

  close(): void {
    this.refuse()
    this.cut()
  }

  #apply(): void {
    for (const connection of this.#connections) {
      for (const direction of both) connection.pipes[direction].set(this.#silent.has(direction), this.#delay[direction])
      if (this.#silent.size === 0 && connection.sockets.some(({ destroyed }) => destroyed)) this.#end(connection)
    }
  }

  #lead(client: Socket): void {
    const server = connect(this.#server)
    const connection: Connection = { sockets: [client, server], pipes: { toServer: new Pipe(), toClient: new Pipe() } }
    this.#connections.add(connection)
    this.#apply()
    client.pipe(connection.pipes.toServer).pipe(server)
    server.pipe(connection.pipes.toClient).pipe(client)
    for (const socket of connection.sockets) {
      socket.setNoDelay(true)
      // A reset on one side is a reset on the other, unless nothing passes.
      socket.on('error', () => this.#silent.size === 0 && this.#end(connection))
      socket.on('close', () => connection.sockets.every(({ destroyed }) => destroyed) && this.#connections.delete(connection))
    }
  }

  #end({ sockets }: Connection): void {
    for (const socket of sockets) reset(socket)
  }
}

/** A line to the one node that a connection string names, taking connections. */
export const openFaultyLine = async (target: string): Promise<FaultyLine> => {
  const line = new FaultyLine(target)
  await line.accept()
  return line
}
