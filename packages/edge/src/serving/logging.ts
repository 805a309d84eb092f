// Logs that cannot hold what a caller sent: an allow-list of fields, each with the form it must have; everything else is dropped.
import type { FastifyBaseLogger } from 'fastify'
import { destination, type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino'
import { errorForLog } from './errorLog.ts'

type Fields = Record<string, unknown>
type Forms = readonly (readonly [name: string, form: (value: unknown) => unknown])[]

const matching =
  (form: RegExp) =>
  (value: unknown): unknown =>
    typeof value === 'string' && form.test(value) ? value : undefined
const finite = (value: unknown): unknown => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)

/** Every field that may be logged. `route` is a pattern that was registered, never an address. `site` and `operator` are ids of ours. */
const formsWith = (isRoute: (route: string) => boolean): Forms => [
  ['reqId', matching(/^[a-z0-9]{8}-[a-z0-9]{1,12}$/)],
  ['method', matching(/^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)$/)],
  ['route', (value) => (typeof value === 'string' && isRoute(value) ? value : undefined)],
  ['status', finite],
  ['ms', finite],
  ['code', matching(/^[A-Z][A-Z0-9_]{1,60}$/)],
  ['site', matching(/^[a-z][a-z0-9-]{0,62}$/)],
  ['operator', matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)],
  ['err', (value) => (value instanceof Error ? errorForLog(value) : undefined)],
]

/** A message is a sentence of our own: what has digits, signs or an address in it is not, and is withheld. */
const sentence = /^[A-Za-z][A-Za-z ,.'-]{0,100}$/
const messageOf = (args: readonly unknown[]): string => {
  const text = args.find((arg) => typeof arg === 'string')
  return text === undefined ? '' : sentence.test(text) ? text : '(withheld)'
}

/** One for each request, so it is small: its methods are on the prototype. */
class AllowListLogger {
  readonly #lines: Logger
  readonly #forms: Forms
  readonly #bindings: Fields
  readonly level: string
  constructor(lines: Logger, forms: Forms, bindings: Fields) {
    this.#lines = lines
    this.#forms = forms
    this.#bindings = bindings
    this.level = lines.level
  }
  #with(given: unknown): Fields {
    const fields: Fields = { ...this.#bindings }
    if (typeof given !== 'object' || given === null) return fields
    for (const [name, form] of this.#forms) {
      const value =
        given instanceof Error ? (name === 'err' ? given : undefined) : Object.hasOwn(given, name) ? Reflect.get(given, name) : undefined
      const allowed = value === undefined ? undefined : form(value)
      if (allowed !== undefined) fields[name] = allowed
    }
    return fields
  }
  #write(at: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace', args: readonly unknown[]): void {
    if (this.#lines.isLevelEnabled(at)) this.#lines[at](this.#with(args[0]), messageOf(args))
  }
  fatal(...args: unknown[]): void {
    this.#write('fatal', args)
  }
  error(...args: unknown[]): void {
    this.#write('error', args)
  }
  warn(...args: unknown[]): void {
    this.#write('warn', args)
  }
  info(...args: unknown[]): void {
    this.#write('info', args)
  }
  debug(...args: unknown[]): void {
    this.#write('debug', args)
  }
  trace(...args: unknown[]): void {
    this.#write('trace', args)
  }
  silent(): void {}
  child(bindings: unknown): AllowListLogger {
    return new AllowListLogger(this.#lines, this.#forms, this.#with(bindings))
  }
}

type LoggerOptions = {
  level: LevelWithSilent
  /** Where lines go; default standard output. */
  logTo?: DestinationStream
  /** Whether a text is the pattern of a registered route. */
  isRoute: (route: string) => boolean
}

/** A logger for Fastify and everybody else. Whatever is given to it, only allowed fields, errors as class, code and frames, and plain sentences come out. */
export const createLogger = ({ level, logTo, isRoute }: LoggerOptions): FastifyBaseLogger => {
  const lines = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, logTo ?? destination({ dest: 1, sync: false }))
  return new AllowListLogger(lines, formsWith(isRoute), {})
}
