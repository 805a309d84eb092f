// The vault's tables in PostgreSQL, in a schema of their own, format by format. A format once released is never changed: a later one is a step of its own.

/** Columns and their types, in the order of the table. */
export type Columns = Readonly<Record<string, string>>

/** The tables of the format in use: what a start demands, and what is written from rows of JSON. */
export const columns = {
  meta: { name: 'text', value: 'text' },
  subjects: { subject_id: 'text', controller: 'text', kind: 'text', made_at: 'bigint' },
  directory: { fingerprint: 'bytea', kind: 'text', scheme: 'text', subject_id: 'text' },
  links: { subject_id: 'text', fingerprint: 'bytea', link_id: 'text', scheme: 'text', kind: 'text' },
  acts: { seq: 'bigint', writer: 'text', key_hmac: 'bytea', body_hmac: 'bytea', note: 'text', conflict: 'smallint', at: 'bigint' },
  act_targets: { act_seq: 'bigint', ordinal: 'integer', act_id: 'text', subject_id: 'text', named: 'text', links: 'text' },
  data_keys: {
    owner: 'text',
    use: 'text',
    n: 'integer',
    wrapped: 'text',
    created_at: 'bigint',
    ends_at: 'bigint',
    destroyed_at: 'bigint',
  },
  mac_keys: { owner: 'text', use: 'text', epoch: 'integer', wrapped: 'text' },
  accesses: { seq: 'bigint', at: 'bigint', operator_id: 'text', role: 'text', subject_id: 'text', purpose: 'text' },
  key_uses: { key_id: 'text', at: 'bigint' },
} as const satisfies Record<string, Columns>

export type TableName = keyof typeof columns

/**
 * Step n brings a database of format n to format n + 1. Nothing here holds an identifier, an idempotency key or a body: only keyed hashes and random ids.
 * Keys sort by their bytes, whatever the language of the server. `wrapped` is null where a key was destroyed.
 */
export const steps: readonly string[] = [
  `
  CREATE TABLE vault.meta (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);
  CREATE TABLE vault.subjects (subject_id text COLLATE "C" PRIMARY KEY, controller text NOT NULL, kind text NOT NULL, made_at bigint NOT NULL);
  CREATE TABLE vault.directory (
    fingerprint bytea NOT NULL, kind text COLLATE "C" NOT NULL, scheme text NOT NULL, subject_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (fingerprint, kind));
  CREATE TABLE vault.links (
    subject_id text COLLATE "C" NOT NULL, fingerprint bytea NOT NULL, link_id text NOT NULL, scheme text NOT NULL, kind text NOT NULL,
    PRIMARY KEY (subject_id, fingerprint));
  CREATE TABLE vault.acts (
    seq bigint PRIMARY KEY, writer text NOT NULL, key_hmac bytea UNIQUE, body_hmac bytea NOT NULL, note text,
    conflict smallint NOT NULL CHECK (conflict IN (0, 1)), at bigint NOT NULL);
  CREATE TABLE vault.act_targets (
    act_seq bigint NOT NULL, ordinal integer NOT NULL, act_id text COLLATE "C" NOT NULL UNIQUE, subject_id text COLLATE "C" NOT NULL,
    named text NOT NULL, links text NOT NULL, PRIMARY KEY (act_seq, ordinal));
  CREATE TABLE vault.data_keys (
    owner text COLLATE "C" NOT NULL, use text COLLATE "C" NOT NULL, n integer NOT NULL, wrapped text, created_at bigint NOT NULL, ends_at bigint,
    destroyed_at bigint, PRIMARY KEY (owner, use, n), CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)));
  CREATE TABLE vault.mac_keys (
    owner text COLLATE "C" NOT NULL, use text COLLATE "C" NOT NULL, epoch integer NOT NULL, wrapped text NOT NULL, PRIMARY KEY (owner, use, epoch));
  CREATE TABLE vault.accesses (
    seq bigint PRIMARY KEY, at bigint NOT NULL, operator_id text NOT NULL, role text NOT NULL, subject_id text COLLATE "C" NOT NULL, purpose text NOT NULL);
  CREATE INDEX accesses_of_subject ON vault.accesses (subject_id, at);
  CREATE INDEX accesses_by_time ON vault.accesses (at);
  CREATE TABLE vault.key_uses (key_id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL);
  `,
]
