// The load generator: keep-alive connections, each with one request under way, every request new by its numbers.
import { connect, type Socket } from 'node:net'

/** Stands where each item of each request gets a number of its own, ten digits. */
export const number = '{number}'
const digits = 10
const blank = '0'.repeat(digits)

/** A request of `items` items. `text` names `number` the same count of times in each item, in their order; `headers` only where there is one item. */
export type Template = { path: string; headers: Record<string, string>; body: string; items: number; among?: Numbers }
/** Numbers that an earlier round took: a template that asks `among` them names each again and again. */
export type Numbers = { first: number; count: number }

/** One reply that is no success ends the round: a figure of refusals would mean nothing. */
const statusOf = (head: string): number => Number(head.slice(9, 12))
const lengthOf = (head: string): number => {
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`a reply does not say how long it is:\n${head}`)
  return Number(length)
}

/** The bytes of a request, kept by a connection and numbered anew each time. */
const bytesOf = ({ path, headers, body, items }: Template, host: string): { bytes: Buffer; write: (first: number) => void } => {
  const text = body.replaceAll(number, blank)
  const lines = Object.entries({ host, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers })
  const whole = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
  const places: number[] = []
  const bytes = Buffer.from(
    whole.replaceAll(number, (_, at: number) => {
      places.push(Buffer.byteLength(whole.slice(0, at)) - places.length * (number.length - digits))
      return blank
    }),
  )
  const each = places.length / items
  const write = (first: number): void => {
    for (const [n, place] of places.entries()) bytes.write(String(first + Math.floor(n / each)).padStart(digits, '0'), place, 'latin1')
  }
  return { bytes, write }
}

/** Calls `onReply` with each whole reply on a connection. */
const readReplies = (socket: Socket, onReply: (reply: Buffer, status: number) => void): void => {
  let held: Buffer | null = null
  let whole = 0
  socket.on('data', (chunk: Buffer) => {
    const bytes: Buffer = held === null ? chunk : Buffer.concat([held, chunk])
    held = bytes
    if (whole === 0) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1) return
      whole = end + 4 + lengthOf(bytes.toString('latin1', 0, end))
    }
    if (bytes.length < whole) return
    held = null
    whole = 0
    onReply(bytes, statusOf(bytes.toString('latin1', 0, 12)))
  })
}

let next = 1

/** The next number that no request of this run had before. */
export const nextNumber = (): number => next

/** Takes numbers that no request of this run had before, or the next of those that the template is about. */
const take = ({ items, among }: Template): number => {
  const first = next
  next += items
  return among === undefined ? first : among.first + (first % among.count)
}

type Lane = { url: URL; template: Template; until: number; took: number[] }

/** One connection: asks, waits for the whole reply, asks again, until the time is over. */
const runLane = ({ url, template, until, took }: Lane): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = bytesOf(template, url.host)
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    let asked = 0
    const ask = (): void => {
      request.write(take(template))
      asked = performance.now()
      socket.write(request.bytes)
    }
    readReplies(socket, (reply, status) => {
      const now = performance.now()
      if (status < 200 || status > 299) {
        socket.destroy()
        reject(new Error(`the load was refused:\n${reply.toString('utf8').slice(0, 2000)}`))
        return
      }
      took.push(now - asked)
      if (now < until) ask()
      else socket.end()
    })
    socket.once('connect', ask)
    socket.once('error', reject)
    socket.once('close', () => resolve())
  })

/** `items`, `perSecond`: in the round. `p50`, `p99`: ms from the first byte of a request to the last of its reply. */
export type Round = { items: number; perSecond: number; p50: number; p99: number }

/** Runs a load against `url` for a time. Throws on the first reply that is no success. */
export const runLoad = async (load: { url: string; template: Template; connections: number; seconds: number }): Promise<Round> => {
  const { template, connections, seconds } = load
  const url = new URL(load.url)
  const begun = performance.now()
  const took: number[] = []
  const lane = { url, template, until: begun + seconds * 1000, took }
  await Promise.all(Array.from({ length: connections }, () => runLane(lane)))
  const elapsed = (performance.now() - begun) / 1000
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  const items = took.length * template.items
  return { items, perSecond: items / elapsed, p50: at(0.5), p99: at(0.99) }
}
