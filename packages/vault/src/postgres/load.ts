// What the steps of one group may ask for, brought from PostgreSQL in one statement.
import type { IdentifierKind } from '@consent-ledger/domain'
import { mapTables, type MapTables } from '../mapTables.ts'
import type { Access, KeyUse, Link } from '../port.ts'
import type { MetaName, Needs } from '../tables.ts'
import type { Ask, Row } from './connections.ts'

/** Epoch of the MAC keys in use: a rotation would begin the next. */
export const macEpoch = 1

/** The needs of several steps as one. */
export const allOf = (needs: readonly Needs[]): Required<Omit<Needs, 'keyUses'>> & { keyUses: boolean } => ({
  acts: needs.flatMap(({ acts = [] }) => acts),
  fingerprints: needs.flatMap(({ fingerprints = [] }) => fingerprints),
  owned: needs.flatMap(({ owned = [] }) => owned),
  subjects: needs.flatMap(({ subjects = [] }) => subjects),
  keyOwners: needs.flatMap(({ keyOwners = [] }) => keyOwners),
  macOwners: needs.flatMap(({ macOwners = [] }) => macOwners),
  actIds: needs.flatMap(({ actIds = [] }) => actIds),
  accessesOf: needs.flatMap(({ accessesOf = [] }) => accessesOf),
  keyUses: needs.some(({ keyUses }) => keyUses === true),
})
export type AllNeeds = ReturnType<typeof allOf>

/** What was found. `people`: whose data keys came with them. `behind`: acts by their act ids. */
export type Loaded = { rows: MapTables; people: string[]; behind: Map<string, { controller: string; writer: string; subjectId: string }> }

const list = (columns: string, from: string): string => {
  const object = columns.split(', ').map((column) => `'${column}', ${column === column.toLowerCase() ? column : `"${column}"`}`)
  return `(SELECT coalesce(json_agg(json_build_object(${object.join(', ')})), '[]') FROM ${from})`
}

/** Rows as JSON, since one statement has one snapshot and one way there and back; bytes as hex. Parts of which nothing is named cost next to nothing. */
const statement = `
WITH act AS (
  SELECT seq, encode(key_hmac, 'hex') AS key, encode(body_hmac, 'hex') AS body, note, conflict FROM vault.acts WHERE key_hmac = ANY ($1::bytea[])),
target AS (
  SELECT act_seq AS seq, act_id AS id, subject_id AS subject, named, links FROM vault.act_targets WHERE act_seq = ANY (ARRAY(SELECT seq FROM act)) ORDER BY act_seq, ordinal),
found AS (
  SELECT encode(fingerprint, 'hex') AS fingerprint, kind, scheme, subject_id AS subject FROM vault.directory WHERE fingerprint = ANY ($2::bytea[])),
owned AS (
  SELECT encode(fingerprint, 'hex') AS fingerprint, kind, scheme, subject_id AS subject FROM vault.directory WHERE fingerprint = ANY ($7::bytea[])),
person AS (
  SELECT array(SELECT subject FROM found UNION SELECT subject FROM target UNION SELECT unnest($3::text[])) AS people),
link AS (
  SELECT encode(fingerprint, 'hex') AS fingerprint, subject_id AS subject, link_id AS link, scheme, kind FROM vault.links
  WHERE subject_id = ANY ((SELECT people FROM person)::text[]) AND (fingerprint = ANY ($2::bytea[]) OR subject_id = ANY ($3::text[]))),
data_key AS (
  SELECT owner, use, n, wrapped, created_at AS made, ends_at AS ends FROM vault.data_keys
  WHERE owner = ANY ((SELECT people FROM person)::text[] || $4::text[]) ORDER BY owner, use, n),
mac_key AS (
  SELECT owner, use, wrapped FROM vault.mac_keys WHERE owner = ANY ($5::text[]) AND epoch = ${macEpoch}),
subject AS (
  SELECT subject_id AS subject, controller, kind FROM vault.subjects WHERE subject_id = ANY ($3::text[])),
behind AS (
  SELECT t.act_id AS id, s.controller, a.writer, s.subject_id AS subject
  FROM vault.act_targets t JOIN vault.acts a ON a.seq = t.act_seq JOIN vault.subjects s USING (subject_id) WHERE t.act_id = ANY ($6::text[]))
SELECT (SELECT coalesce(max(seq), 0) FROM vault.acts)::text AS last, ${list('name, value', 'vault.meta')} AS meta,
  ${list('seq, key, body, note, conflict', 'act')} AS acts, ${list('seq, id, subject, named, links', 'target')} AS targets,
  ${list('fingerprint, kind, scheme, subject', 'found')} AS found, ${list('fingerprint, kind, scheme, subject', 'owned')} AS owned, (SELECT people FROM person) AS people,
  ${list('fingerprint, subject, link, scheme, kind', 'link')} AS links, ${list('owner, use, n, wrapped, made, ends', 'data_key')} AS keys,
  ${list('owner, use, wrapped', 'mac_key')} AS macs, ${list('subject, controller, kind', 'subject')} AS subjects,
  ${list('id, controller, writer, subject', 'behind')} AS behind`

type Found = {
  last: string
  meta: { name: MetaName; value: string }[]
  acts: { seq: number; key: string; body: string; note: string | null; conflict: number }[]
  targets: { seq: number; id: string; subject: string; named: string; links: string }[]
  found: { fingerprint: string; kind: IdentifierKind; scheme: string; subject: string }[]
  owned: Found['found']
  people: string[]
  links: { fingerprint: string; subject: string; link: string; scheme: string; kind: IdentifierKind }[]
  keys: { owner: string; use: KeyUse; n: number; wrapped: string | null; made: number; ends: number | null }[]
  macs: { owner: string; use: string; wrapped: string }[]
  subjects: { subject: string; controller: string; kind: IdentifierKind }[]
  behind: { id: string; controller: string; writer: string; subject: string }[]
}

/** Brings what is named. Errors: those of `ask`. */
export const load = async (ask: Ask, needs: AllNeeds): Promise<Loaded> => {
  const { acts, fingerprints, owned, subjects, keyOwners, macOwners, actIds } = needs
  const values = [acts, fingerprints, ...[subjects, keyOwners, macOwners, actIds].map(storable), owned]
  const [row] = await ask(statement, values, 'vault_load')
  // One row always: a SELECT of values.
  const found = row as Found
  const rows = mapTables(Number(found.last))
  putActs(rows, found)
  putPeople(rows, found)
  for (const { name, value } of found.meta) rows.setMeta(name, value)
  if (needs.accessesOf.length > 0) for (const access of await accesses(ask, storable(needs.accessesOf))) rows.addAccess(access)
  if (needs.keyUses)
    for (const { id, at } of await ask('SELECT key_id AS id, at FROM vault.key_uses')) rows.noteKeyUse(String(id), Number(at))
  const behind = new Map(found.behind.map(({ id, controller, writer, subject }) => [id, { controller, writer, subjectId: subject }]))
  return { rows, people: found.people, behind }
}

/** PostgreSQL has no text with NUL in it: what is asked for under such a name is not there. */
const storable = (names: readonly string[]): string[] => names.filter((name) => !name.includes('\0'))

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

const putActs = (rows: MapTables, { acts, targets }: Found): void => {
  for (const { seq, key, body, note, conflict } of acts) {
    const ofAct = targets.filter((target) => target.seq === seq)
    const stored = ofAct.map(({ id, subject, named, links }) => ({
      actId: id,
      subjectId: subject,
      named: JSON.parse(named) as number[],
      links: JSON.parse(links) as Link[],
    }))
    rows.putAct({ seq, keyHmac: bytes(key), bodyHmac: bytes(body), note, conflict: conflict === 1, targets: stored })
  }
}

const putPeople = (rows: MapTables, { found, owned, links, keys, macs, subjects }: Found): void => {
  for (const { subject, controller, kind } of subjects) rows.addSubject({ subjectId: subject, controller, kind, at: 0 })
  for (const { fingerprint, kind, scheme, subject } of [...found, ...owned])
    rows.bind({ fingerprint: bytes(fingerprint), kind, scheme, subjectId: subject })
  for (const { fingerprint, subject, link, scheme, kind } of links)
    rows.addLink({ linkId: link, subjectId: subject, fingerprint: bytes(fingerprint), scheme, kind })
  for (const { owner, use, n, wrapped, made, ends } of keys) rows.addKey({ owner, use, n, wrapped, createdAt: made, endsAt: ends })
  for (const { owner, use, wrapped } of macs) rows.addMacKey(owner, use, wrapped)
}

/** The oldest first, as they were noted. */
const accesses = async (ask: Ask, subjects: string[]): Promise<Access[]> => {
  const text = 'SELECT at, operator_id, role, subject_id, purpose FROM vault.accesses WHERE subject_id = ANY ($1::text[]) ORDER BY at, seq'
  return (await ask(text, [subjects])).map(accessOf)
}

const accessOf = (row: Row): Access => {
  const { at, operator_id: operatorId, role, subject_id: subjectId, purpose } = row
  return { at: Number(at), operatorId: String(operatorId), role: String(role), subjectId: String(subjectId), purpose: String(purpose) }
}
