// The ledger itself, folded from the stream `ledger`: which one it is, whose key it needs, which controllers it keeps.
import { z } from 'zod'
import type { Aggregate } from './aggregate.ts'
import { LedgerError } from './errors.ts'
import type { RecordedEvent } from './event.ts'
import { ms } from './time.ts'
import { Id, Sha256Hex, Uuid } from './words.ts'

/** Kinds of store that keep a ledger for good. */
export const StoreKind = z.enum(['sqlite', 'esdb'])
export type StoreKind = z.infer<typeof StoreKind>

/** C2SP signed-note verifier key: `<name>+<id>+<base64>`. */
export const Vkey = z.string().regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/)

export const ledgerEvents = {
  /** First event of the ledger. `masterKeyCheck`: HMAC-SHA-256 by the master key, so that a wrong key is refused before it seals anything. */
  LedgerCreated: z.strictObject({ ledgerId: Uuid, masterKeyCheck: Sha256Hex }),
  /** This ledger keeps a stream `controller-<id>`. */
  ControllerNamed: z.strictObject({ controller: Id }),
  /** The first keys were made and handed out: the end of the first start. Without it the next start makes them anew. */
  FirstKeysIssued: z.strictObject({}),
  /** Everything up to here was copied to a store of another kind, where the ledger goes on: what holds only this end of it is closed for ever. */
  LedgerMoved: z.strictObject({ to: StoreKind }),
  /** The first key by which heads of the transparency log are signed. Its name is the origin of the log. */
  LogKeyIntroduced: z.strictObject({ vkey: Vkey }),
  /** Heads of trees that end behind this event are signed by `vkey`; those up to and with it by the key before, which says so in `statement`, a signed note. */
  LogKeyRotated: z.strictObject({ vkey: Vkey, statement: z.string() }),
  /** A key by which statements are signed: completeness, scrub tokens, certificates. It holds for what is signed from here on. */
  StatementKeyIntroduced: z.strictObject({ vkey: Vkey }),
} as const
export type LedgerFact = {
  [T in keyof typeof ledgerEvents]: { type: T; data: z.infer<(typeof ledgerEvents)[T]> }
}[keyof typeof ledgerEvents]

export const ledgerStream = 'ledger'

/** `since`: epoch ms at which it was recorded. */
export type SigningKey = { vkey: string; since: number; revision: bigint }

export type Ledger = {
  ledgerId: string | null
  masterKeyCheck: string | null
  controllers: string[]
  firstKeysIssued: boolean
  /** The store to which it was moved last; null if it never was. */
  movedTo: StoreKind | null
  /** Keys of the transparency log, oldest first; the last signs. */
  logKeys: SigningKey[]
  /** Keys of statements, oldest first; the last signs. */
  statementKeys: SigningKey[]
  lastRevision: bigint
}

const initialLedger = (): Ledger => ({
  ledgerId: null,
  masterKeyCheck: null,
  controllers: [],
  firstKeysIssued: false,
  movedTo: null,
  logKeys: [],
  statementKeys: [],
  lastRevision: -1n,
})

const signingKey = (vkey: string, { revision, metadata }: RecordedEvent): SigningKey => ({ vkey, since: ms(metadata.recordedAt), revision })

/** Adds one event to the fold; mutates and returns `ledger`. */
const evolveLedger = (ledger: Ledger, event: RecordedEvent): Ledger => {
  ledger.lastRevision = event.revision
  const fact = event as unknown as LedgerFact
  if (fact.type === 'LedgerCreated') {
    ledger.ledgerId = fact.data.ledgerId
    ledger.masterKeyCheck = fact.data.masterKeyCheck
  } else if (fact.type === 'ControllerNamed') {
    ledger.controllers.push(fact.data.controller)
  } else if (fact.type === 'FirstKeysIssued') {
    ledger.firstKeysIssued = true
  } else if (fact.type === 'LedgerMoved') {
    ledger.movedTo = fact.data.to
  } else if (fact.type === 'LogKeyIntroduced' || fact.type === 'LogKeyRotated') {
    ledger.logKeys.push(signingKey(fact.data.vkey, event))
  } else if (fact.type === 'StatementKeyIntroduced') {
    ledger.statementKeys.push(signingKey(fact.data.vkey, event))
  }
  return ledger
}

export const ledgerAggregate: Aggregate<Ledger> = { stream: ledgerStream, initial: initialLedger, evolve: evolveLedger }

/** Names a controller; [] if the ledger names it already. */
export const decideController = (ledger: Ledger, controller: string): LedgerFact[] =>
  ledger.controllers.includes(controller) ? [] : [{ type: 'ControllerNamed', data: { controller } }]

/** Ends the first start; [] if it is ended already. */
export const decideFirstKeysIssued = (ledger: Ledger): LedgerFact[] =>
  ledger.firstKeysIssued ? [] : [{ type: 'FirstKeysIssued', data: {} }]

/** Closes the ledger here, to go on in a store of kind `to`; [] if that was said last. */
export const decideLedgerMoved = (ledger: Ledger, to: StoreKind): LedgerFact[] =>
  ledger.movedTo === to ? [] : [{ type: 'LedgerMoved', data: { to } }]

/** Errors: LEDGER_MOVED if the ledger goes on in a store of another kind than `here`. */
export const demandNotMoved = ({ movedTo }: Ledger, here: StoreKind): void => {
  if (movedTo === null || movedTo === here) return
  throw new LedgerError('LEDGER_MOVED', `This ledger was moved: it goes on in the store of kind ${movedTo}. Start it there.`)
}

/** Names the first key of the log; [] if it is named already. Errors: SIGNING_KEY_WRONG if another was. */
export const decideLogKey = ({ logKeys }: Ledger, vkey: string): LedgerFact[] => {
  if (logKeys.length === 0) return [{ type: 'LogKeyIntroduced', data: { vkey } }]
  if (logKeys.at(-1)?.vkey === vkey) return []
  throw new LedgerError('SIGNING_KEY_WRONG', 'log.key is not the key by which this log is signed: bring back the one that is')
}

/** Hands the log over to another key; [] if that one signs already. `statement`: by the key before. */
export const decideLogKeyRotated = ({ logKeys }: Ledger, vkey: string, statement: string): LedgerFact[] =>
  logKeys.at(-1)?.vkey === vkey ? [] : [{ type: 'LogKeyRotated', data: { vkey, statement } }]

/** Names the key by which statements are signed from here on; [] if it is the newest already. */
export const decideStatementKey = ({ statementKeys }: Ledger, vkey: string): LedgerFact[] =>
  statementKeys.at(-1)?.vkey === vkey ? [] : [{ type: 'StatementKeyIntroduced', data: { vkey } }]

/** `<name>+<id>` of the key that signed the log at a time (epoch ms); absent before there was one. What a receipt names, so that the key was public before any dispute. */
export const logKeyIdAt = ({ logKeys }: Ledger, at: number): string | undefined =>
  logKeys
    .findLast(({ since }) => since <= at)
    ?.vkey.split('+', 2)
    .join('+')
