// The vault's tables over prepared statements. Each is one step inside a transaction that the caller holds.
import type Database from 'better-sqlite3'
import type { Access, KeyUse, Link } from '../port.ts'
import type { StoredAct, StoredKey, StoredTarget, Tables } from '../tables.ts'

/** Epoch of the MAC keys in use: a rotation would begin the next. */
const macEpoch = 1

export const sqliteTables = (db: Database.Database): Tables => ({
  ...actTables(db),
  ...directoryTables(db),
  ...keyTables(db),
  ...journalTables(db),
})

type ActRow = { seq: number; body_hmac: Buffer; note: string | null; conflict: number }
type TargetRow = { act_id: string; subject_id: string; named: string; links: string }

const storedAct = (row: ActRow): StoredAct => ({ seq: row.seq, bodyHmac: row.body_hmac, note: row.note, conflict: row.conflict === 1 })
const storedTarget = (row: TargetRow): StoredTarget => ({
  actId: row.act_id,
  subjectId: row.subject_id,
  named: JSON.parse(row.named) as number[],
  links: JSON.parse(row.links) as Link[],
})

type ActTables = Pick<Tables, 'actByKey' | 'targets' | 'actBehind' | 'addAct' | 'lastAct'>
const actTables = (db: Database.Database): ActTables => {
  const byKey = db.prepare<[Buffer], ActRow>('SELECT seq, body_hmac, note, conflict FROM acts WHERE key_hmac = ?')
  const targets = db.prepare<[number], TargetRow>(
    'SELECT act_id, subject_id, named, links FROM act_targets WHERE act_seq = ? ORDER BY ordinal',
  )
  const behind = db.prepare<[string], { controller: string; writer: string; subjectId: string }>(
    `SELECT s.controller, a.writer, t.subject_id AS subjectId FROM act_targets t JOIN acts a ON a.seq = t.act_seq JOIN subjects s USING (subject_id) WHERE t.act_id = ?`,
  )
  const add = db.prepare('INSERT INTO acts (writer, key_hmac, body_hmac, note, conflict, at) VALUES (?, ?, ?, ?, ?, ?)')
  const addTarget = db.prepare('INSERT INTO act_targets (act_seq, ordinal, act_id, subject_id, named, links) VALUES (?, ?, ?, ?, ?, ?)')
  const last = db.prepare<[], bigint>('SELECT coalesce(max(seq), 0) FROM acts').pluck().safeIntegers()
  return {
    actByKey: (keyHmac) => {
      const row = byKey.get(keyHmac)
      return row === undefined ? undefined : storedAct(row)
    },
    targets: (seq) => targets.all(seq).map(storedTarget),
    actBehind: (actId) => behind.get(actId),
    addAct: ({ writer, keyHmac, bodyHmac, note, conflict, at, targets }) => {
      const { lastInsertRowid: seq } = add.run(writer, keyHmac, bodyHmac, note, conflict ? 1 : 0, at)
      for (const [ordinal, { actId, subjectId, named, links }] of targets.entries())
        addTarget.run(seq, ordinal, actId, subjectId, JSON.stringify(named), JSON.stringify(links))
    },
    lastAct: () => last.get() ?? 0n,
  }
}

type DirectoryTables = Pick<
  Tables,
  'owner' | 'bind' | 'linkId' | 'linkedFingerprint' | 'addLink' | 'removeLink' | 'controllerOf' | 'addSubject'
>
const directoryTables = (db: Database.Database): DirectoryTables => {
  const owner = db.prepare<[Buffer, string], string>('SELECT subject_id FROM directory WHERE fingerprint = ? AND kind = ?').pluck()
  const bind = db.prepare('INSERT INTO directory (fingerprint, kind, scheme, subject_id) VALUES (?, ?, ?, ?)')
  const unbind = db.prepare('DELETE FROM directory WHERE fingerprint = ? AND subject_id = ?')
  const linkId = db.prepare<[string, Buffer], string>('SELECT link_id FROM links WHERE subject_id = ? AND fingerprint = ?').pluck()
  const linked = db.prepare<[string, string], Buffer>('SELECT fingerprint FROM links WHERE subject_id = ? AND link_id = ?').pluck()
  const addLink = db.prepare('INSERT INTO links (subject_id, fingerprint, link_id, scheme, kind) VALUES (?, ?, ?, ?, ?)')
  const removeLink = db.prepare('DELETE FROM links WHERE subject_id = ? AND fingerprint = ?')
  const controller = db.prepare<[string], string>('SELECT controller FROM subjects WHERE subject_id = ?').pluck()
  const addSubject = db.prepare('INSERT INTO subjects (subject_id, controller, kind, made_at) VALUES (?, ?, ?, ?)')
  return {
    owner: (fingerprint, kind) => owner.get(fingerprint, kind),
    bind: (row) => void bind.run(row.fingerprint, row.kind, row.scheme, row.subjectId),
    linkId: (subjectId, fingerprint) => linkId.get(subjectId, fingerprint),
    linkedFingerprint: (subjectId, id) => linked.get(subjectId, id),
    addLink: (row) => void addLink.run(row.subjectId, row.fingerprint, row.linkId, row.scheme, row.kind),
    removeLink: (subjectId, fingerprint) => {
      removeLink.run(subjectId, fingerprint)
      unbind.run(fingerprint, subjectId)
    },
    controllerOf: (subjectId) => controller.get(subjectId),
    addSubject: (row) => void addSubject.run(row.subjectId, row.controller, row.kind, row.at),
  }
}

/** Arrays, since every claim of a known person reads two of them. */
type KeyRow = [owner: string, use: KeyUse, n: number, wrapped: string | null, createdAt: number, endsAt: number | null]
const storedKey = ([owner, use, n, wrapped, createdAt, endsAt]: KeyRow): StoredKey => ({ owner, use, n, wrapped, createdAt, endsAt })

type KeyTables = Pick<Tables, 'keysOf' | 'key' | 'addKey' | 'macKey' | 'addMacKey' | 'meta' | 'setMeta'>
const keyTables = (db: Database.Database): KeyTables => {
  const columns = 'owner, use, n, wrapped, created_at, ends_at'
  const ofOwner = db.prepare<[string], KeyRow>(`SELECT ${columns} FROM data_keys WHERE owner = ? ORDER BY use, n`).raw()
  const one = db.prepare<[string, string, number], KeyRow>(`SELECT ${columns} FROM data_keys WHERE owner = ? AND use = ? AND n = ?`).raw()
  const add = db.prepare('INSERT INTO data_keys (owner, use, n, wrapped, created_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)')
  const mac = db.prepare<[string, string, number], string>('SELECT wrapped FROM mac_keys WHERE owner = ? AND use = ? AND epoch = ?').pluck()
  const addMac = db.prepare('INSERT INTO mac_keys (owner, use, epoch, wrapped) VALUES (?, ?, ?, ?)')
  const meta = db.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck()
  const setMeta = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)')
  return {
    keysOf: (owner) => ofOwner.all(owner).map(storedKey),
    key: ({ owner, use, n }) => {
      const row = one.get(owner, use, n)
      return row === undefined ? undefined : storedKey(row)
    },
    addKey: ({ owner, use, n, wrapped, createdAt, endsAt }) => void add.run(owner, use, n, wrapped, createdAt, endsAt),
    macKey: (owner, use) => mac.get(owner, use, macEpoch),
    addMacKey: (owner, use, wrapped) => void addMac.run(owner, use, macEpoch, wrapped),
    meta: (name) => meta.get(name),
    setMeta: (name, value) => void setMeta.run(name, value),
  }
}

type JournalTables = Pick<Tables, 'addAccess' | 'accesses' | 'forgetAccesses' | 'noteKeyUse' | 'keyUses'>
const journalTables = (db: Database.Database): JournalTables => {
  const add = db.prepare('INSERT INTO accesses (at, operator_id, role, subject_id, purpose) VALUES (?, ?, ?, ?, ?)')
  const ofSubject = db.prepare<[string], Access>(
    'SELECT at, operator_id AS operatorId, role, subject_id AS subjectId, purpose FROM accesses WHERE subject_id = ? ORDER BY at DESC, seq DESC',
  )
  const forget = db.prepare('DELETE FROM accesses WHERE at < ?')
  const noteUse = db.prepare('INSERT INTO key_uses (key_id, at) VALUES (?, ?) ON CONFLICT (key_id) DO UPDATE SET at = max(at, excluded.at)')
  const uses = db.prepare<[], [string, number]>('SELECT key_id, at FROM key_uses').raw()
  return {
    addAccess: ({ at, operatorId, role, subjectId, purpose }) => void add.run(at, operatorId, role, subjectId, purpose),
    accesses: (subjectId) => ofSubject.all(subjectId),
    forgetAccesses: (before) => void forget.run(before),
    noteKeyUse: (keyId, at) => void noteUse.run(keyId, at),
    keyUses: () => uses.all(),
  }
}
