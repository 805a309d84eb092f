// Who asks, and what they may do: users with passwords and groups, and the access lists in stream metadata and in $settings.
import type { Metadata } from '@grpc/grpc-js'
import type { Log } from './log.ts'

export type Act = 'read' | 'write' | 'delete'
export type User = { name: string; fullName: string; password: string; groups: readonly string[]; disabled: boolean }
export type Caller = User | 'nobody' | 'wrong-password'

type List = Record<string, unknown>
const everybody = '$all'
const admins = '$admins'
const operators = '$ops'
const roleKeys = { read: '$r', write: '$w', delete: '$d', metaread: '$mr', metawrite: '$mw' } as const
const toEverybody: List = Object.fromEntries(Object.values(roleKeys).map((key) => [key, everybody]))
const toAdmins: List = Object.fromEntries(Object.values(roleKeys).map((key) => [key, admins]))

const user = (name: string, password: string, groups: string[]): [string, User] => [
  name,
  { name, fullName: name, password, groups, disabled: false },
]

const isList = (value: unknown): value is List => typeof value === 'object' && value !== null && !Array.isArray(value)
const rolesIn = (list: unknown, key: string): string[] | undefined => {
  const roles = isList(list) ? list[key] : undefined
  if (typeof roles === 'string') return [roles]
  return Array.isArray(roles) ? roles.map(String) : undefined
}

export class Access {
  /** The two that a new server has, with their first passwords. */
  readonly users = new Map<string, User>([user('admin', 'changeit', [admins]), user('ops', 'changeit', [operators])])
  readonly #log: Log
  readonly #secure: boolean

  /** `secure` false: as with --insecure, everybody may do everything, credentials are not looked at. */
  constructor(log: Log, secure: boolean) {
    this.#log = log
    this.#secure = secure
  }

  /** From a call's metadata or a request's header, as Basic. */
  callerOf(authorization: string | undefined): Caller {
    if (!this.#secure || authorization === undefined) return 'nobody'
    const [, encoded = ''] = /^Basic (.*)$/i.exec(authorization) ?? []
    const [name = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
    const known = this.users.get(name)
    return known && !known.disabled && known.password === rest.join(':') ? known : 'wrong-password'
  }

  caller(metadata: Metadata): Caller {
    return this.callerOf(metadata.get('authorization')[0]?.toString())
  }

  isAdmin(caller: Caller): boolean {
    return !this.#secure || (typeof caller === 'object' && (caller.name === 'admin' || caller.groups.includes(admins)))
  }

  /** May start and stop scavenges. */
  isOperator(caller: Caller): boolean {
    return this.isAdmin(caller) || (typeof caller === 'object' && caller.groups.includes(operators))
  }

  may(caller: Caller, act: Act, stream: string): boolean {
    if (!this.#secure) return true
    if (typeof caller !== 'object' || (stream === everybody && act !== 'read')) return false
    const isMetastream = stream.startsWith('$$')
    if (isMetastream && act === 'delete') return false
    if (this.isAdmin(caller)) return true
    const key = isMetastream ? (act === 'read' ? roleKeys.metaread : roleKeys.metawrite) : roleKeys[act]
    const roles = this.#roles(isMetastream ? stream.slice(2) : stream, key)
    return roles.some((role) => role === everybody || role === caller.name || caller.groups.includes(role))
  }

  /** The stream's own list, else the one in $settings, else the server's own; role by role. */
  #roles(stream: string, key: string): string[] {
    const isSystem = stream.startsWith('$')
    const settings = this.#log.lastJson('$settings')[isSystem ? '$systemStreamAcl' : '$userStreamAcl']
    const own = this.#log.retention(stream).raw['$acl']
    return rolesIn(own, key) ?? rolesIn(settings, key) ?? rolesIn(isSystem ? toAdmins : toEverybody, key) ?? []
  }
}
