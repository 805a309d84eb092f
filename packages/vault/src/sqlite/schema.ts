// The vault's tables in SQLite, format by format. A format once released is never changed: a later one is a step of its own.

/** Marks a SQLite file as a vault (`PRAGMA application_id`), so that another database in its place is told. "cLv1". */
export const applicationId = 0x634c7631

/**
 * Step n brings a file of format n to format n + 1. Nothing here holds an identifier, an idempotency key or a body: only keyed hashes and random ids.
 * `wrapped` is null where a key was destroyed.
 */
export const steps: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE subjects (subject_id TEXT PRIMARY KEY, controller TEXT NOT NULL, kind TEXT NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE directory (
    fingerprint BLOB NOT NULL, kind TEXT NOT NULL, scheme TEXT NOT NULL, subject_id TEXT NOT NULL,
    PRIMARY KEY (fingerprint, kind)) WITHOUT ROWID, STRICT;
  CREATE TABLE links (
    subject_id TEXT NOT NULL, fingerprint BLOB NOT NULL, link_id TEXT NOT NULL, scheme TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (subject_id, fingerprint)) WITHOUT ROWID, STRICT;
  CREATE TABLE acts (
    seq INTEGER PRIMARY KEY, writer TEXT NOT NULL, key_hmac BLOB UNIQUE, body_hmac BLOB NOT NULL, note TEXT, conflict INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE TABLE act_targets (
    act_seq INTEGER NOT NULL, ordinal INTEGER NOT NULL, act_id TEXT NOT NULL UNIQUE, subject_id TEXT NOT NULL, named TEXT NOT NULL, links TEXT NOT NULL,
    PRIMARY KEY (act_seq, ordinal)) WITHOUT ROWID, STRICT;
  CREATE TABLE data_keys (
    owner TEXT NOT NULL, use TEXT NOT NULL, n INTEGER NOT NULL, wrapped TEXT, created_at INTEGER NOT NULL, ends_at INTEGER, destroyed_at INTEGER,
    PRIMARY KEY (owner, use, n), CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))) WITHOUT ROWID, STRICT;
  CREATE TABLE mac_keys (owner TEXT NOT NULL, use TEXT NOT NULL, epoch INTEGER NOT NULL, wrapped TEXT NOT NULL, PRIMARY KEY (owner, use, epoch)) WITHOUT ROWID, STRICT;
  CREATE TABLE accesses (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, operator_id TEXT NOT NULL, role TEXT NOT NULL, subject_id TEXT NOT NULL, purpose TEXT NOT NULL) STRICT;
  CREATE INDEX accesses_of_subject ON accesses (subject_id, at);
  CREATE INDEX accesses_by_time ON accesses (at);
  CREATE TABLE key_uses (key_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  `,
]
