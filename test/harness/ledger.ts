// A ledger as a user runs it: a process of its own on real files, started, asked over HTTP, stopped or killed by its pid.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bareEnvironment } from './environment.ts'

/** A program of ours, by its place under `services`. */
export type Program =
  | 'standalone/src/main.ts'
  | 'standalone/src/bootstrapOnly.ts'
  | 'ingest/src/main.ts'
  | 'projector/src/main.ts'
  | 'reports/src/main.ts'
  | 'sequencer/src/main.ts'
  | 'witness/src/main.ts'

const fileOf = (program: Program): string => fileURLToPath(new URL(`../../services/${program}`, import.meta.url))

export type Keys = {
  sites: Record<string, { secret: string; publishable: string }>
  operators: Record<'legal' | 'dpo' | 'marketing' | 'auditor' | 'admin', string>
}
/** The first keys, as a first start wrote them. */
export const keysIn = (data: string): Keys => JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')) as Keys

export type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string }

/** `limitFileBlocks`: no file may grow over so many KiB (a full disk). */
type Launching = { env?: Record<string, string>; limitFileBlocks?: number; program?: Program }

/** What a full disk would do to the cache is not what is tested. */
const noCache = { NODE_COMPILE_CACHE: '' }

/** A directory that vanishes with the test. */
export const place = (): { data: string; keys: string; remove: () => void } => {
  const root = mkdtempSync(join(tmpdir(), 'ledger-'))
  return { data: join(root, 'data'), keys: join(root, 'data.keys'), remove: () => rmSync(root, { recursive: true, force: true }) }
}

export class LedgerProcess {
  readonly child: ChildProcess
  readonly data: string
  url = ''
  output = ''
  readonly ended: Promise<Ended>
  readonly #lines: string[] = []
  readonly #awaited = new Set<{ pattern: RegExp; resolve: (found: RegExpExecArray) => void }>()

  /** Started, nothing more; the standalone if no other program is named. */
  constructor(data: string, { env = {}, limitFileBlocks, program = 'standalone/src/main.ts' }: Launching = {}) {
    this.data = data
    const main = fileOf(program)
    const command =
      limitFileBlocks === undefined
        ? [process.execPath, main]
        : ['bash', '-c', `ulimit -f ${limitFileBlocks}; exec "$0" "$1"`, process.execPath, main]
    this.child = spawn(command[0] ?? '', command.slice(1), {
      env: {
        ...bareEnvironment,
        LEDGER_DATA: data,
        LEDGER_PORT: '0',
        LOG_LEVEL: 'info',
        ...(limitFileBlocks === undefined ? {} : noCache),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => void (this.output += chunk.toString('utf8')))
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#heard(line))
    }
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal, output: this.output })))
  }

  /** Started and answering. Throws what it printed if it ends before. */
  static start(data: string, launching: Launching = {}): Promise<LedgerProcess> {
    return new LedgerProcess(data, launching).answering()
  }

  /** Itself, once it answers. Throws what it printed if it ends before. */
  async answering(): Promise<LedgerProcess> {
    const [, url = ''] = await this.says(/^Ready at (\S+)/)
    this.url = url
    return this
  }

  /** The first line that it printed, or is going to print, and that matches. Throws what it printed if it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const said = this.#lines.map((line) => pattern.exec(line)).find((found) => found !== null)
    if (said) return said
    const awaited = { pattern, resolve: (_: RegExpExecArray): void => {} }
    const heard = new Promise<RegExpExecArray>((resolve) => (awaited.resolve = resolve))
    this.#awaited.add(awaited)
    const first = await Promise.race([heard, this.ended])
    if (Array.isArray(first)) return first
    throw new Error(`the ledger ended with ${first.code ?? first.signal}:\n${first.output}`)
  }

  #heard(line: string): void {
    this.#lines.push(line)
    for (const awaited of this.#awaited) {
      const found = awaited.pattern.exec(line)
      if (!found) continue
      this.#awaited.delete(awaited)
      awaited.resolve(found)
    }
  }

  /** How a start that must be refused ends. */
  static refused(data: string, env: Record<string, string> = {}): Promise<Ended> {
    return new LedgerProcess(data, { env }).ended
  }

  get keys(): Keys {
    return keysIn(this.data)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }
}

type Receipt = {
  id: string
  subjectId: string
  recordedAt: string
  events: { id: string; type: string; stream: string; revision: string }[]
  state: { purpose: string; channel: string; state: string }[]
}
type Event = { id: string; type: string; revision: string; words?: string; opened?: Record<string, unknown>; data: Record<string, unknown> }
/** Every field that some reply has; a test reads those of the reply that it expects. */
export type Body = {
  receipt: Receipt
  confirmation: { url: string; token: string; expiresAt: string }
  results: { status: number; receipt: Receipt; problem: Body }[]
  proof: Body
  code: string
  errors: { pointer: string; rule: string; message: string }[]
  id: string
  key: string
  secret: string
  publishable: string
  subjectId: string
  stream: string
  lastRevision: string
  states: { purpose: string; channel: string; state: string }[]
  objections: { purpose: string; channel: string }[]
  events: Event[]
  accesses: { at: string; role: string; purpose: string }[]
  answers: { subjectId: string; purpose: string; channel: string; answer: string }[]
  activity: { site: string; type: string; count: number }[]
  subjects: { subjectId: string; matched: string[] }[]
  identifiers: { scheme: string; value: string }[]
  notices: { id: string; text: string; sha256: string; language: string }[]
  notReady: { what: string; why: string }[]
  asOf: string | null
  next: string | null
  text: string
  sha256: string
  showing: string
}
export type Reply = { status: number; headers: Headers; text: string; json: Body }

/** One request; a body is sent as JSON, `raw` as it is. */
export const request = async (
  base: string,
  method: string,
  path: string,
  {
    key,
    idempotencyKey,
    body,
    raw = body === undefined ? undefined : JSON.stringify(body),
    headers = {},
  }: { key?: string; idempotencyKey?: string; body?: unknown; raw?: string | undefined; headers?: Record<string, string> } = {},
): Promise<Reply> => {
  const reply = await fetch(base + path, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(raw === undefined ? {} : { body: raw }),
  })
  const text = await reply.text()
  const isJson = /[/+]json/.test(reply.headers.get('content-type') ?? '')
  return { status: reply.status, headers: reply.headers, text, json: (isJson ? JSON.parse(text) : {}) as Body }
}

/** A newsletter sign-up at the example's site. */
export const signUp = (address: string, over: object = {}): object => ({
  subject: { identifiers: [{ scheme: 'email', value: address }] },
  notice: { id: 'newsletter-form', version: 1, language: 'fr' },
  choices: [{ purpose: 'commercial-mail', decision: 'given' }],
  method: { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'newsletter' },
  ...over,
})
