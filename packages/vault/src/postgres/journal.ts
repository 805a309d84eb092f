// What the steps of one group wrote, net: the statements that make it so, each for many rows.
import type { Access } from '../port.ts'
import type { NewAct, NewBinding, NewLink, NewSubject, StoredKey, Tables } from '../tables.ts'
import { macEpoch } from './load.ts'
import { columns, type TableName } from './schema.ts'

/** Rows of the tables as JSON, bytes as PostgreSQL writes them in hex. */
type JsonRow = Record<string, string | number | null>
/** `name`: as `Ask` takes it. */
export type Statement = { text: string; values: unknown[]; name?: string }
export type Written = Pick<
  Tables,
  'bind' | 'addLink' | 'removeLink' | 'addSubject' | 'addKey' | 'addMacKey' | 'addAccess' | 'forgetAccesses' | 'noteKeyUse' | 'setMeta'
> & { addAct: (act: NewAct, seq: number) => void }

/** `statements`: in the order in which they must run. */
export type Journal = { written: Written; statements: () => Statement[] }

const bytes = (value: Buffer): string => `\\x${value.toString('hex')}`

export const openJournal = (): Journal => {
  const rows = new Map<TableName, JsonRow[]>()
  const of = (table: TableName): JsonRow[] => rows.get(table) ?? []
  const add = (table: TableName, ...added: JsonRow[]): void => {
    const ofTable = of(table)
    ofTable.push(...added)
    rows.set(table, ofTable)
  }
  const removed: JsonRow[] = []
  let forgotten = -Infinity
  const written: Written = {
    addSubject: (subject) => add('subjects', subjectRow(subject)),
    bind: (binding) => add('directory', bindingRow(binding)),
    addLink: (link) => add('links', linkRow(link)),
    removeLink: (subjectId, fingerprint) => {
      const link = { subject_id: subjectId, fingerprint: bytes(fingerprint) }
      const stays = (row: JsonRow): boolean => row['subject_id'] !== link.subject_id || row['fingerprint'] !== link.fingerprint
      for (const table of ['links', 'directory'] as const) rows.set(table, of(table).filter(stays))
      removed.push(link)
    },
    addKey: (key) => add('data_keys', keyRow(key)),
    addMacKey: (owner, use, wrapped) => add('mac_keys', { owner, use, epoch: macEpoch, wrapped }),
    addAct: (act, seq) => {
      add('acts', actRow(act, seq))
      add('act_targets', ...targetRows(act, seq))
    },
    addAccess: (access) => add('accesses', accessRow(access, of('accesses').length + 1)),
    forgetAccesses: (before) => {
      rows.set(
        'accesses',
        of('accesses').filter(({ at }) => Number(at) >= before),
      )
      forgotten = Math.max(forgotten, before)
    },
    noteKeyUse: (keyId, at) => {
      const before = of('key_uses').find(({ key_id: id }) => id === keyId)
      if (before === undefined) add('key_uses', { key_id: keyId, at })
      else before['at'] = Math.max(at, Number(before['at']))
    },
    setMeta: (name, value) => add('meta', { name, value }),
  }
  return { written, statements: () => [...deletions(removed, forgotten), ...insertion(rows)] }
}

const subjectRow = ({ subjectId, controller, kind, at }: NewSubject): JsonRow => ({ subject_id: subjectId, controller, kind, made_at: at })
const bindingRow = ({ fingerprint, kind, scheme, subjectId }: NewBinding): JsonRow => ({
  fingerprint: bytes(fingerprint),
  kind,
  scheme,
  subject_id: subjectId,
})
const linkRow = ({ linkId, subjectId, fingerprint, scheme, kind }: NewLink): JsonRow => ({
  subject_id: subjectId,
  fingerprint: bytes(fingerprint),
  link_id: linkId,
  scheme,
  kind,
})
const keyRow = ({ owner, use, n, wrapped, createdAt, endsAt }: StoredKey): JsonRow => ({
  owner,
  use,
  n,
  wrapped,
  created_at: createdAt,
  ends_at: endsAt,
})
const actRow = ({ writer, keyHmac, bodyHmac, note, conflict, at }: NewAct, seq: number): JsonRow => ({
  seq,
  writer,
  key_hmac: keyHmac && bytes(keyHmac),
  body_hmac: bytes(bodyHmac),
  note,
  conflict: conflict ? 1 : 0,
  at,
})
const targetRows = ({ targets }: NewAct, seq: number): JsonRow[] =>
  targets.map(({ actId, subjectId, named, links }, ordinal) => ({
    act_seq: seq,
    ordinal,
    act_id: actId,
    subject_id: subjectId,
    named: JSON.stringify(named),
    links: JSON.stringify(links),
  }))
/** `nth`: counted on from the last that is stored. */
const accessRow = ({ at, operatorId, role, subjectId, purpose }: Access, nth: number): JsonRow => ({
  seq: nth,
  at,
  operator_id: operatorId,
  role,
  subject_id: subjectId,
  purpose,
})

/** Before what is inserted, since a link taken away may be made anew in the same group. What the group itself had inserted before is not inserted at all. */
const deletions = (removed: JsonRow[], forgotten: number): Statement[] => {
  const gone = `json_to_recordset($1::json) AS gone (subject_id text, fingerprint bytea)`
  const statements = ['links', 'directory'].map((table) => ({
    text: `DELETE FROM vault.${table} AS t USING ${gone} WHERE t.subject_id = gone.subject_id AND t.fingerprint = gone.fingerprint`,
    values: [JSON.stringify(removed)],
  }))
  const old = { text: 'DELETE FROM vault.accesses WHERE at < $1', values: [forgotten] }
  return [...(removed.length > 0 ? statements : []), ...(forgotten > -Infinity ? [old] : [])]
}

/** Where a column is not simply what the row says. */
const computed: Partial<Record<TableName, Record<string, string>>> = {
  accesses: { seq: '(SELECT coalesce(max(seq), 0) FROM vault.accesses) + seq' },
}
const upserts: Partial<Record<TableName, string>> = {
  key_uses: 'ON CONFLICT (key_id) DO UPDATE SET at = greatest(t.at, excluded.at)',
}

/** All rows of all tables in one statement. */
const insertion = (rows: ReadonlyMap<TableName, JsonRow[]>): Statement[] => {
  const filled = [...rows].filter(([, ofTable]) => ofTable.length > 0)
  if (filled.length === 0) return []
  const parts = filled.map(([table], n) => {
    const names = Object.keys(columns[table])
    const from = names.map((name) => computed[table]?.[name] ?? name).join(', ')
    const shape = Object.entries(columns[table])
      .map((column) => column.join(' '))
      .join(', ')
    const insert = `INSERT INTO vault.${table} AS t (${names.join(', ')}) SELECT ${from} FROM json_to_recordset($${n + 1}::json) AS r (${shape})`
    return `in_${table} AS (${insert} ${upserts[table] ?? ''})`
  })
  const name = `vault_add_${filled.map(([table]) => Object.keys(columns).indexOf(table)).join('_')}`
  return [{ name, text: `WITH ${parts.join(', ')} SELECT`, values: filled.map(([, ofTable]) => JSON.stringify(ofTable)) }]
}
