// The rows that a vault keeps, as questions and writes of one step each: what an adapter brings. The rules stand above it, once for all adapters.
import type { IdentifierKind } from '@consent-ledger/domain'
import type { Access, KeyUse, Link } from './port.ts'

export type StoredAct = { seq: number; bodyHmac: Buffer; note: string | null; conflict: boolean }
export type StoredTarget = { actId: string; subjectId: string; named: number[]; links: Link[] }
export type NewAct = {
  writer: string
  keyHmac: Buffer | null
  bodyHmac: Buffer
  note: string | null
  conflict: boolean
  at: number
  targets: StoredTarget[]
}
/** Which data key: the n-th (from 1) of an owner (a subject, a controller or `ledger`) for a use. */
export type KeyName = { owner: string; use: KeyUse; n: number }
/** A data key at rest. `wrapped` null: destroyed. Times epoch ms. */
export type StoredKey = KeyName & { wrapped: string | null; createdAt: number; endsAt: number | null }
export type NewLink = { linkId: string; subjectId: string; fingerprint: Buffer; scheme: string; kind: IdentifierKind }
export type NewSubject = { subjectId: string; controller: string; kind: IdentifierKind; at: number }
export type NewBinding = { fingerprint: Buffer; kind: IdentifierKind; scheme: string; subjectId: string }

/**
 * Which rows a step may ask for, so that an adapter over a network brings them all at once. Whoever asks for others is refused with INTERNAL by such an
 * adapter, never told that there are none. `meta` and `lastAct` need no naming, nor does what a step of the same group wrote.
 */
export type Needs = {
  /** HMACs of idempotency keys: the acts, their targets, and the data keys of whom these are about. */
  acts?: readonly Buffer[]
  /** Fingerprints: who is found by them, the data keys of those, and their links to any of these fingerprints. */
  fingerprints?: readonly Buffer[]
  /** Fingerprints of which only `owner` is asked. */
  owned?: readonly Buffer[]
  /** Subjects: each one's controller, data keys and links. */
  subjects?: readonly string[]
  /** Owners of data keys. */
  keyOwners?: readonly string[]
  /** Owners of MAC keys. */
  macOwners?: readonly string[]
  actIds?: readonly string[]
  /** Subjects whose accesses are asked for. */
  accessesOf?: readonly string[]
  keyUses?: true
}

/** Fingerprints are made under a key per controller, so they need no controller beside them. What is not there is undefined. */
export type Tables = {
  actByKey: (keyHmac: Buffer) => StoredAct | undefined
  /** In the order in which they were stored. */
  targets: (seq: number) => StoredTarget[]
  actBehind: (actId: string) => { controller: string; writer: string; subjectId: string } | undefined
  addAct: (act: NewAct) => void
  lastAct: () => bigint
  owner: (fingerprint: Buffer, kind: IdentifierKind) => string | undefined
  bind: (binding: NewBinding) => void
  linkId: (subjectId: string, fingerprint: Buffer) => string | undefined
  linkedFingerprint: (subjectId: string, linkId: string) => Buffer | undefined
  addLink: (link: NewLink) => void
  /** The link, and the binding if the identifier resolves to this subject. */
  removeLink: (subjectId: string, fingerprint: Buffer) => void
  controllerOf: (subjectId: string) => string | undefined
  addSubject: (subject: NewSubject) => void
  /** Of all uses, those of one use by `n`. */
  keysOf: (owner: string) => StoredKey[]
  key: (name: KeyName) => StoredKey | undefined
  addKey: (key: StoredKey) => void
  macKey: (owner: string, use: string) => string | undefined
  addMacKey: (owner: string, use: string, wrapped: string) => void
  addAccess: (access: Access) => void
  /** Newest first. */
  accesses: (subjectId: string) => Access[]
  forgetAccesses: (before: number) => void
  noteKeyUse: (keyId: string, at: number) => void
  keyUses: () => [keyId: string, at: number][]
  meta: (name: MetaName) => string | undefined
  setMeta: (name: MetaName, value: string) => void
}

export type MetaName = 'ledgerId' | 'masterKeyCheck'

/** One step of writing: what it answers, and the writes that make it so. It has read all it needs before it writes, so a refusal leaves nothing. */
export type Step<T> = { answer: T; apply?: () => void }
