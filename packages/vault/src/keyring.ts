// Data keys: made, wrapped, found again. The rows decide which keys exist; only their unwrapping is remembered, in a bounded cache.
import type { KeyObject } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import type { DataKey, KeyUse, SubjectKeys } from './port.ts'
import type { KeyName, Step, StoredKey, Tables } from './tables.ts'
import { newWrappedKey, unwrapKey } from './wrapping.ts'

const cached = 8192
const year = 365 * 86_400_000
/** A register key seals for one year and ends five years later: the French limitation of claims (C. civ. art. 2224) counted from its last use. */
const registerSealsFor = year
const registerEndsAfter = 6 * year

export type Keyring = {
  /** Keys of a subject that is known. Errors: INTEGRITY if one is missing, DATA_CORRUPT. */
  ofSubject(tables: Tables, subjectId: string): SubjectKeys
  /** Fresh keys, and the rows that must be written before anything is sealed under them. */
  newForSubject(subjectId: string, at: number): { keys: SubjectKeys; rows: StoredKey[] }
  byId(tables: Tables, name: KeyName): DataKey | null
  /** The register key in use at `now` (epoch ms), made if there is none. */
  register(tables: Tables, owner: string, now: number): Step<DataKey>
}

export const openKeyring = (kek: KeyObject): Keyring => {
  let [recent, older] = [new Map<string, DataKey>(), new Map<string, DataKey>()]
  const remember = (key: DataKey): DataKey => {
    if (recent.size >= cached / 2) [recent, older] = [new Map<string, DataKey>(), recent]
    recent.set(key.keyId, key)
    return key
  }
  const unwrap = (row: StoredKey | undefined): DataKey | null => {
    if (row === undefined || row.wrapped === null) return null
    const keyId = keyIdOf(row)
    return recent.get(keyId) ?? remember(older.get(keyId) ?? dataKey(row, unwrapKey(kek, names(row), row.wrapped)))
  }
  // Not remembered here: if the row is never committed, another process may make a key of the same name.
  const make = (name: KeyName, createdAt: number, endsAt: number | null): { key: DataKey; row: StoredKey } => {
    const { key, wrapped } = newWrappedKey(kek, names(name))
    const row = { ...name, wrapped, createdAt, endsAt }
    return { key: dataKey(row, key), row }
  }
  return {
    ofSubject: (tables, subjectId) => {
      const rows = tables.keysOf(subjectId)
      const of = (use: KeyUse): DataKey | null => unwrap(rows.find((row) => row.use === use))
      const [contact, evidence] = [of('contact'), of('evidence')]
      if (contact === null || evidence === null) throw new LedgerError('INTEGRITY', 'A subject in the vault has lost a data key')
      return { contact, evidence }
    },
    newForSubject: (owner, at) => {
      const [contact, evidence] = [make({ owner, use: 'contact', n: 1 }, at, null), make({ owner, use: 'evidence', n: 1 }, at, null)]
      return { keys: { contact: remember(contact.key), evidence: remember(evidence.key) }, rows: [contact.row, evidence.row] }
    },
    byId: (tables, name) => unwrap(tables.key(name)),
    register: (tables, owner, now) => {
      const rows = tables.keysOf(owner).filter(({ use }) => use === 'register')
      const current = unwrap(rows.findLast(({ wrapped, createdAt }) => wrapped !== null && now < createdAt + registerSealsFor))
      if (current !== null) return { answer: current }
      const { key, row } = make({ owner, use: 'register', n: (rows.at(-1)?.n ?? 0) + 1 }, now, now + registerEndsAfter)
      return { answer: key, apply: () => tables.addKey(row) }
    },
  }
}

const letters = { contact: 'c', evidence: 'e', register: 'r' } as const satisfies Record<KeyUse, string>

/** Says whose it is, which the stream's name says already, so that the file needs no index of random ids; `<owner>_c1` is a contact key. */
const keyIdOf = ({ owner, use, n }: KeyName): string => `${owner}_${letters[use]}${n}`

/** Null if no data key can have this id. */
export const nameOf = (keyId: string): KeyName | null => {
  const [, owner, letter, n] = /^([a-z0-9-]{1,63})_([cer])([1-9]\d{0,8})$/.exec(keyId) ?? []
  const use = (['contact', 'evidence', 'register'] as const).find((use) => letters[use] === letter)
  return owner === undefined || use === undefined ? null : { owner, use, n: Number(n) }
}

const names = (name: KeyName): string[] => [keyIdOf(name), name.owner, name.use]

const dataKey = (row: StoredKey, key: KeyObject): DataKey => ({
  keyId: keyIdOf(row),
  use: row.use,
  key,
  ...(row.endsAt === null ? {} : { endsAt: row.endsAt }),
})
