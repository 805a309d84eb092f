// A market with people in it behind a real socket, and a client that sends lists and reads answers as it likes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ScrubEnd, ScrubTrouble, ScrubVerdict } from '@consent-ledger/proof'
import { keyOf } from './founding.ts'
import { erased, no, objection, openMarket, say, someone, yes } from './market.ts'
import { project } from './projecting.ts'
import { publishPurpose } from './purposes.ts'
import { email, type World } from './world.ts'

/** `people`: subject ids by name. */
export type Scrubbing = { world: World; port: number; people: Record<'anna' | 'bruno' | 'carla' | 'denis', string> }

/** Anna said yes, Bruno withdrew, Carla objected, Denis was erased. `campo` names a system `mailer` that writes to them. */
export const openScrubbing = async (over: Parameters<typeof openMarket>[0] = {}): Promise<Scrubbing> => {
  const world = await openMarket(over)
  const mailer = { id: 'mailer', name: 'Envoi SARL', country: 'FR', role: 'processor' as const }
  await publishPurpose(world, { id: 'news', version: 2, legalBasis: 'consent', channels: ['email'], recipients: [mailer] })
  const facts = { anna: [yes], bruno: [yes, no], carla: [yes, objection], denis: [yes] }
  const people = { anna: '', bruno: '', carla: '', denis: '' }
  for (const name of ['anna', 'bruno', 'carla', 'denis'] as const) {
    people[name] = await someone(world, [email(`${name}@example.org`)])
    await say(world, people[name], ...facts[name].map((fact) => fact(world)))
  }
  await say(world, people.denis, erased(world))
  await project(world)
  await world.app.listen({ host: '127.0.0.1', port: 0 })
  return { world, people, port: (world.app.server.address() as AddressInfo).port }
}

export type Sending = { as?: string; query?: string; headers?: Record<string, string> }

/** A request of which nothing but the head is sent yet; its connection is its own, and not asked to end behind the answer: a refusal could be lost with the rest of the list. */
export const begin = (
  { port }: Pick<Scrubbing, 'port'>,
  { as = 'marketing', query = 'purpose=news&channel=email', headers }: Sending = {},
): ClientRequest =>
  request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: `/v1/eligibility/scrub?${query}`,
    agent: false,
    headers: { authorization: `Bearer ${keyOf(as)}`, 'content-type': 'application/x-ndjson', connection: 'keep-alive', ...headers },
  })

export const answerTo = async (asked: ClientRequest): Promise<IncomingMessage> => {
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}

/** `whole`: the answer came to its end. */
export type Heard = { status: number; headers: IncomingMessage['headers']; bytes: Buffer; whole: boolean }

/** Reads to the end, or to where the connection is cut. */
export const hear = async (answer: IncomingMessage): Promise<Heard> => {
  const parts: Buffer[] = []
  const whole = await (async () => {
    for await (const part of answer) parts.push(part as Buffer)
    return true
  })().catch(() => false)
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts), whole }
}

export const send = async (to: Pick<Scrubbing, 'port'>, body: string | Buffer, sending: Sending = {}): Promise<Heard> => {
  const asked = begin(to, sending)
  asked.on('error', () => {})
  asked.end(body)
  return hear(await answerTo(asked))
}

export const lineOf = (value: string, scheme = 'email'): string => `${JSON.stringify({ scheme, value })}\n`
export const listOf = (...names: string[]): string => names.map((name) => lineOf(`${name}@example.org`)).join('')

export type Answer = ScrubVerdict | ScrubTrouble

/** `lines`: all text but the last line, as hashed. */
export type Told = { answers: Answer[]; lines: string; end: ScrubEnd }

/** A whole answer. */
export const read = (text: string): Told => {
  assert.ok(text.endsWith('\n'), 'the answer ends with a line')
  const cut = text.lastIndexOf('\n', text.length - 2) + 1
  const lines = text.slice(0, cut)
  const answers = lines
    .split('\n')
    .slice(0, -1)
    .map((line): Answer => {
      const value: unknown = JSON.parse(line)
      return ScrubVerdict.safeParse(value).data ?? ScrubTrouble.parse(value)
    })
  return { answers, lines, end: ScrubEnd.parse(JSON.parse(text.slice(cut))) }
}

export const told = async (to: Pick<Scrubbing, 'port'>, body: string | Buffer, sending: Sending = {}): Promise<Told> => {
  const { status, whole, bytes } = await send(to, body, sending)
  assert.deepEqual([status, whole], [200, true], bytes.toString())
  return read(bytes.toString())
}

/** What was recorded of scrubs at `campo`. */
export const recorded = async ({ world: { store } }: Pick<Scrubbing, 'world'>) =>
  (await store.readStream('controller-campo', { after: -1n, limit: 1000 })).filter(({ type }) => type === 'ScrubPerformed')

/** Guards against waiting for ever only: nothing takes nearly as long. */
const patience = 60_000

/** Looks again, turn by turn, until there is something; a defect ends it, too. */
export const eventually = async <T>(look: () => T | null | undefined | Promise<T | null | undefined>): Promise<T> => {
  const end = Date.now() + patience
  while (Date.now() < end) {
    const found = await look()
    if (found !== null && found !== undefined) return found
    await setImmediate()
  }
  throw new Error('what was waited for does not come')
}

/** `recorded`, once there are so many: what was cut off is recorded when its connection is over. */
export const traces = (scrubbing: Pick<Scrubbing, 'world'>, count: number) =>
  eventually(async () => {
    const events = await recorded(scrubbing)
    return events.length >= count ? events : null
  })

/** Nobody reads the answer yet. */
export const unread = async (asked: ClientRequest): Promise<IncomingMessage> => {
  const answer = await answerTo(asked)
  return answer.pause()
}

/** Until the server has let go of every connection. */
export const nobodyThere = async ({ world: { app } }: Scrubbing): Promise<void> => {
  const count = promisify(app.server.getConnections.bind(app.server))
  while ((await count()) > 0) await setImmediate()
}
