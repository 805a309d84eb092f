// The ledger itself, folded from the stream `ledger`: which one it is, whose key it needs, which controllers it keeps.
import type { Aggregate } from './aggregate.ts'
import type { RecordedEvent } from './event.ts'
import { ledgerStream, type LedgerFact } from './catalogue/events.ts'

export type Ledger = {
  ledgerId: string | null
  masterKeyCheck: string | null
  controllers: string[]
  firstKeysIssued: boolean
  lastRevision: bigint
}

export const initialLedger = (): Ledger => ({
  ledgerId: null,
  masterKeyCheck: null,
  controllers: [],
  firstKeysIssued: false,
  lastRevision: -1n,
})

/** Adds one event to the fold; mutates and returns `ledger`. */
export const evolveLedger = (ledger: Ledger, event: RecordedEvent): Ledger => {
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
