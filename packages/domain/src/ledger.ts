// The ledger itself, folded from the stream `ledger`: which one it is, whose key it needs, which controllers it keeps.
import { z } from 'zod'
import type { Aggregate } from './aggregate.ts'
import type { RecordedEvent } from './event.ts'
import { Id, Sha256Hex, Uuid } from './words.ts'

export const ledgerEvents = {
  /** First event of the ledger. `masterKeyCheck`: HMAC-SHA-256 by the master key, so that a wrong key is refused before it seals anything. */
  LedgerCreated: z.strictObject({ ledgerId: Uuid, masterKeyCheck: Sha256Hex }),
  /** This ledger keeps a stream `controller-<id>`. */
  ControllerNamed: z.strictObject({ controller: Id }),
  /** The first keys were made and handed out: the end of the first start. Without it the next start makes them anew. */
  FirstKeysIssued: z.strictObject({}),
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
  lastRevision: bigint
}

const initialLedger = (): Ledger => ({
  ledgerId: null,
  masterKeyCheck: null,
  controllers: [],
  firstKeysIssued: false,
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
