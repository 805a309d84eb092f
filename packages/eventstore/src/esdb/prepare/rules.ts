// What the ledger's account may do on an EventStoreDB, as the server's own access rules: read and add, nothing else.

/** Login name of the ledger's account, and the one group that it is in. */
export const ledgerAccount = 'ledger'
const admins = '$admins'
const both = [admins, ledgerAccount]

type Roles = string | readonly string[]
type Acl = Readonly<Record<'$r' | '$w' | '$d' | '$mr' | '$mw', Roles>>

/** A document of access rules: the last event of `stream`. `wanted` is what must stand in it, field by field; other fields stay as they are. */
export type Rules = { stream: string; type: string; name: string; wanted: Readonly<Record<string, Readonly<Record<string, Roles>>>> }

const userStreams: Acl = { $r: both, $w: both, $d: admins, $mr: both, $mw: admins }
const systemStreams: Acl = { $r: admins, $w: admins, $d: admins, $mr: admins, $mw: admins }

/** In the order in which they are written: first nobody else may delete, then the ledger may read everything. */
export const rules: readonly Rules[] = [
  {
    stream: '$settings',
    type: 'update-default-acl',
    name: 'default access to streams',
    wanted: { $userStreamAcl: userStreams, $systemStreamAcl: systemStreams },
  },
  { stream: '$$$all', type: '$metadata', name: 'access to $all', wanted: { $acl: { $r: both } } },
]

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

/** Roles as a set: the server takes a word for a list of one, and no order counts. */
const asSet = (roles: unknown): string => JSON.stringify([roles ?? []].flat().map(String).sort())

/** A rule that is not as wanted: where, what stood there (null: nothing) and what must. */
export type Difference = { rule: string; found: string | null; wanted: string }

/** What differs between a document as found (null: there is none) and as wanted; [] when nothing does. */
export const differencesIn = ({ wanted }: Rules, found: unknown): Difference[] =>
  Object.entries(wanted).flatMap(([acl, roles]) =>
    Object.entries(roles).flatMap(([right, who]) => {
      const there = fieldsOf(fieldsOf(found)[acl])[right]
      if (there !== undefined && asSet(there) === asSet(who)) return []
      return [{ rule: `${acl}.${right}`, found: there === undefined ? null : asSet(there), wanted: asSet(who) }]
    }),
  )

/** The document as it is to be written: what was found, with the rules wanted in it. */
export const withRules = ({ wanted }: Rules, found: unknown): Record<string, unknown> => {
  const kept = fieldsOf(found)
  const set = Object.entries(wanted).map(([acl, roles]) => [acl, { ...fieldsOf(kept[acl]), ...roles }] as const)
  return { ...kept, ...Object.fromEntries(set) }
}
