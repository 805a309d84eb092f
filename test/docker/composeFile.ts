// docker/compose.yml as Compose would see it: anchors merged, variables put in, services by name.
import { parse } from 'yaml'
import { read } from '../rules/sources.ts'

export type Dependency = { condition: 'service_started' | 'service_healthy' | 'service_completed_successfully' }
export type Service = {
  image: string
  profiles: string[]
  build?: { dockerfile: string }
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  privileged?: boolean
  network_mode?: string
  pid?: string
  restart?: string
  networks?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  command?: string[]
  healthcheck?: { test?: string[]; disable?: boolean }
  depends_on?: Record<string, Dependency>
  deploy?: { replicas: number }
}
export type ComposeFile = { services: Record<string, Service>; volumes: Record<string, unknown>; networks: Record<string, unknown> }

const variable = /\$(?:(?<escaped>\$)|\{(?<name>[A-Z_]+)(?:(?<kind>:-|:\+)(?<other>[^}]*))?\})/g

/** As Compose does: `$$`, `${NAME}`, `${NAME:-default}`, `${NAME:+alternative}`. */
const interpolated = (text: string, given: Readonly<Record<string, string>>): string =>
  text.replace(variable, (...found) => {
    const { escaped, name = '', kind, other = '' } = found.at(-1) as { escaped?: string; name?: string; kind?: string; other?: string }
    if (escaped !== undefined) return '$'
    const value = given[name] ?? ''
    if (kind === ':-') return value === '' ? other : value
    if (kind === ':+') return value === '' ? '' : other
    return value
  })

const everywhere = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => everywhere(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, everywhere(item, change)]))
}

export const path = 'docker/compose.yml'

/** The file as it stands, variables not put in. */
/** The file is ours: its aliases may be many. */
export const rawFile = (): ComposeFile => parse(read(path), { merge: true, maxAliasCount: -1 }) as ComposeFile

/** With these variables, as from docker/.env. */
export const composeFile = (given: Readonly<Record<string, string>>): ComposeFile =>
  everywhere(rawFile(), (text) => interpolated(text, given)) as ComposeFile

/** The passwords that a cluster needs. */
export const passwords = {
  EVENTSTORE_ADMIN_PASSWORD: 'a1',
  EVENTSTORE_OPS_PASSWORD: 'b2',
  EVENTSTORE_LEDGER_PASSWORD: 'c3',
  POSTGRES_PASSWORD: 'd4',
}
