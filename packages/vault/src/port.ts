// How a person is found and forgotten: subject directory, acts, per-subject keys, the log of accesses. Its contract is ./conformance.
import type { KeyObject } from 'node:crypto'
import type { IdentifierKind } from '@consent-ledger/domain'

/** An identifier after `normaliseIdentifier`: `value` is what fingerprints and commitments are made of. */
export type Identifier = { scheme: string; kind: IdentifierKind; value: string }

export type KeyUse = 'contact' | 'evidence' | 'register'
/** An unwrapped data key. `keyId` stands in each sealed value; `endsAt` (epoch ms) only for register keys. */
export type DataKey = { keyId: string; use: KeyUse; key: KeyObject; endsAt?: number }
export type SubjectKeys = { contact: DataKey; evidence: DataKey }

/** An identifier that the directory holds as linked to a subject: the device or further account identifier of an account. Stable, so that the event of the link can be appended after a crash. */
export type Link = { linkId: string; scheme: string; /** Place in the act's `identifiers`. */ identifier: number }

/** One subject that an act reaches: one append, one receipt. `named`: places in the act's `identifiers` that belong to this subject. `fresh`: made by this very call, so its stream is empty. */
export type Target = { subjectId: string; actId: string; fresh: boolean; named: number[]; links: Link[]; keys: SubjectKeys }

/**
 * How far an act reaches, each word further than the one before.
 * `one`: the account's subject, without an account the first device's own; made if nobody is known.
 * `objection`: beside it, each known device's own subject.
 * `every`: each subject that an identifier reaches (a withdrawal, or a no that names two people).
 * A no must be found again by every account that it named: so with each of them an account identifier of nobody that is not linked is made a subject of its own.
 */
export type Reach = 'one' | 'objection' | 'every'

export type Claim = {
  controller: string
  /** Scope of the idempotency key, one in the whole vault: `site:<controller>/<site>`, with `/publishable` behind it for a browser's key, or `operator:<id>`. */
  writer: string
  /** Absent: the act cannot be found again by a retry. Only its HMAC is stored. */
  idempotencyKey?: string
  /** RFC 8785 text of what was posted. Only its HMAC is stored. */
  body: string
  /** 1 or more, normalised, in the caller's order. */
  identifiers: readonly Identifier[]
  reach: Reach
  /** Whether identifiers named together may be linked (secret key or operator): devices and unknown account identifiers to the account, unknown devices to the device's subject. */
  link: boolean
  /** When accounts of two people are named: `refuse` writes nothing and answers `conflict`; `first` takes the first identifier's subject, links nothing and makes nobody else. Without meaning where `reach` is `every`. */
  onConflict: 'refuse' | 'first'
  /** What to remember of the answer beside the receipt, for a retry: codes and pointers only, never a value that was sent. */
  note?: string
}

/**
 * `claimed`: the act is stored, durable, with its targets. `again`: the same writer, key and body were claimed before; targets and note as then.
 * `other-content`: same writer and key, another body; nothing changed. `conflict`: nothing changed; `schemes` are those that belong to different people.
 */
export type Claimed =
  | { outcome: 'claimed' | 'again'; targets: Target[]; note?: string; conflict: boolean }
  | { outcome: 'other-content' }
  | { outcome: 'conflict'; schemes: string[] }

/** `targets`: as `claim` would have them; [] where nothing would be stored. `schemes`: those that belong to different people. */
export type Rehearsed = { outcome: Claimed['outcome']; schemes: string[]; targets: { subjectId: string | null; named: number[] }[] }

export type Reached = { subjectId: string; schemes: string[] }

export type Access = { at: number; operatorId: string; role: string; subjectId: string; purpose: string }

export type Vault = {
  /**
   * Finds or makes the subjects of an act and stores the act, in one transaction, durable on return. Two claims at once for one new person make one subject.
   * Errors: VAULT_UNAVAILABLE (nothing acknowledged; the same call again is safe).
   */
  claim(claim: Claim): Promise<Claimed>
  /** The same judgement with nothing written: what `claim` would answer, with `subjectId` null where one would be made. */
  rehearse(claim: Claim): Promise<Rehearsed>
  /** Subjects at `controller` that identifiers reach (a device reaches its own subject only), with the schemes that matched. Writes nothing. */
  find(controller: string, identifiers: readonly Identifier[]): Promise<Reached[]>
  /** Of each identifier by itself, in their order, the subjects at `controller` that it reaches; [] for one of nobody. One question to the store, however many there are. Writes nothing. */
  findEach(controller: string, identifiers: readonly Identifier[]): Promise<string[][]>
  /** The act behind a receipt id, or null. */
  findAct(actId: string): Promise<{ controller: string; writer: string; subjectId: string } | null>
  /** Controller of a subject, or null if there is none. */
  controllerOf(subjectId: string): Promise<string | null>
  /** An act without identifiers, on a subject that is known (an operator's, or a confirmation). Answers as `claim`; null if there is no such subject. */
  claimOn(subjectId: string, act: Pick<Claim, 'writer' | 'idempotencyKey' | 'body' | 'note'>): Promise<Claimed | null>
  /** Undoes a link: the identifier no longer belongs to the subject. False if there was no such link. */
  unlink(subjectId: string, linkId: string): Promise<boolean>
  /** The data key by which something was sealed, or null if it is unknown or destroyed. */
  keyById(keyId: string): Promise<DataKey | null>
  /** The current key for staff's words and registers of `owner` (a controller id, or `ledger`), made if there is none. */
  registerKey(owner: string, now: number): Promise<DataKey>
  /** HMAC-SHA-256, hex, under a key of the vault's own for that use: tokens that nobody else can make. */
  mac(use: 'confirmation' | 'showing' | 'act', text: string): Promise<string>
  /** Records that an operator read about one person; durable on return. Kept 1 year†. */
  logAccess(access: Access): Promise<void>
  /** Accesses to one subject, newest first. */
  accesses(subjectId: string): Promise<Access[]>
  /** Deletes accesses before `before` (epoch ms). */
  forgetAccesses(before: number): Promise<void>
  /** Notes when API keys were last used (keyId → epoch ms); a later time replaces an earlier one. */
  noteKeyUses(uses: ReadonlyMap<string, number>): Promise<void>
  /** When each API key was last used. */
  keyUses(): Promise<Map<string, number>>
  /** Id of the ledger whose people these are, or null before `adopt`. */
  identity(): Promise<string | null>
  /** Binds a vault to its ledger, durable on return; again with the same id changes nothing. Errors: DATA_FOREIGN if it belongs to another. */
  adopt(ledgerId: string): Promise<void>
  /** How many acts were ever stored: a number that only grows, by which a rolled-back vault is told. */
  actCount(): Promise<bigint>
  close(): Promise<void>
}
