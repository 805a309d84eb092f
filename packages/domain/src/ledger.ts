// The ledger itself, folded from the stream `ledger`: which one it is, whose key it needs, which controllers it keeps.
import { z } from 'zod'
import type { Aggregate } from './aggregate.ts'
import { LedgerError } from './errors.ts'
import type { RecordedEvent } from './event.ts'
import { Id, Sha256Hex, Uuid } from './words.ts'

/** Kinds of store that keep a ledger for good. */
export const StoreKind = z.enum(['sqlite', 'esdb'])
export type StoreKind = z.infer<typeof StoreKind>

export const ledgerEvents = {
  /** First event of the ledger. `masterKeyCheck`: HMAC-SHA-256 by the master key, so that a wrong key is refused before it seals anything. */
  LedgerCreated: z.strictObject({ ledgerId: Uuid, masterKeyCheck: Sha256Hex }),
  /** This ledger keeps a stream `controller-<id>`. */
  ControllerNamed: z.strictObject({ controller: Id }),
  /** The first keys were made and handed out: the end of the first start. Without it the next start makes them anew. */
  FirstKeysIssued: z.strictObject({}),
  /** Everything up to here was copied to a store of another kind, where the ledger goes on: what holds only this end of it is closed for ever. */
  LedgerMoved: z.strictObject({ to: StoreKind }),
} as const
export type LedgerFact = {
  [T in keyof typeof ledgerEvents]: { type: T; data: z.infer<(typeof ledgerEvents)[T]> }
}[keyof typeof ledgerEvents]

export const ledgerStream = 'ledger'

export type Ledger = {
  ledgerId: string | null
  masterKeyCheck: string | null
  controllers: string[]
  firstKeysIssued: boolean
  /** The store to which it was moved last; null if it never was. */
  movedTo: StoreKind | null
  lastRevision: bigint
}

const initialLedger = (): Ledger => ({
  ledgerId: null,
  masterKeyCheck: null,
  controllers: [],
  firstKeysIssued: false,
  movedTo: null,
  lastRevision: -1n,
})

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
