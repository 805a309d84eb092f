// The first start: names the ledger, applies the catalogue, makes the first keys. Each step can be repeated: a crash between two of them heals at the next start.
import { randomUUID } from 'node:crypto'
import {
  decideFirstKeysIssued,
  LedgerError,
  ledgerAggregate,
  type Role,
  type CatalogueFile,
  type Ledger,
  type LedgerFact,
  type Writer,
} from '@consent-ledger/domain'
import { hashKey, writeDurably } from '@consent-ledger/edge'
import { decideAndAppend, type EventStore } from '@consent-ledger/eventstore'
import { addOperator, applyCatalogue, issueSiteKeys, revokeOperator, revokeSiteKeys, type IngestDeps } from '@consent-ledger/ingest'

export type KeysFile = { sites: Record<string, { secret: string; publishable: string }>; operators: Record<Role, string> }

const writer: Writer = { kind: 'system', id: 'first-start', trust: 'system' }

const recordInLedger = ({ store, clock }: { store: EventStore; clock: () => number }, decide: (ledger: Ledger) => LedgerFact[]) =>
  decideAndAppend({
    store,
    clock,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer },
    decide,
    conclude: () => undefined,
  })

/** Begins the stream `ledger`, if it is empty. Durable on return. */
export const createLedger = (place: { store: EventStore; clock: () => number }, ledgerId: string, masterKeyCheck: string): Promise<void> =>
  recordInLedger(place, (ledger) => (ledger.ledgerId === null ? [{ type: 'LedgerCreated', data: { ledgerId, masterKeyCheck } }] : []))

/** Keys of a first start that did not come to its end: they lay in a file that somebody may have read. */
const revokeEarlier = async (deps: IngestDeps): Promise<void> => {
  for (const { operatorId, revokedAt } of deps.live.operators())
    if (revokedAt === undefined) await revokeOperator(deps, operatorId, { writer })
  for (const { controllerId, siteKeys } of deps.live.controllers()) {
    for (const { site, keyId, revokedAt } of siteKeys.values())
      if (revokedAt === undefined) await revokeSiteKeys(deps, { controller: controllerId, site, keyId }, { writer })
  }
}

/** Of two first starts at once on one event store the later revokes what the earlier made, so that the earlier must not hand it out. Errors: DATA_LOCKED. */
const demandInForce = async ({ live }: IngestDeps, { sites, operators }: KeysFile): Promise<void> => {
  await live.refresh()
  const operatorsHold = Object.values(operators).every((key) => live.operator(hashKey(key)) !== null)
  const sitesHold = Object.values(sites).every(({ secret }) => live.siteKey(hashKey(secret)) !== null)
  if (operatorsHold && sitesHold) return
  throw new LedgerError('DATA_LOCKED', 'Another first start of this ledger runs at the same time: let that one come to its end')
}

/**
 * Applies the catalogue and makes the first keys: one pair for each site, one operator for each role, written to `keysFile` (0600). Durable on return.
 * A crash before `FirstKeysIssued` leaves keys that perhaps nobody was shown: the next start revokes them, makes others and replaces the file.
 */
export const bootstrap = async (deps: IngestDeps, file: CatalogueFile, keysFile: string): Promise<KeysFile> => {
  await revokeEarlier(deps)
  await applyCatalogue(deps, file, { writer })
  const controller = file.controller.id
  const sites: KeysFile['sites'] = {}
  for (const { id } of file.sites) {
    const { secret, publishable } = await issueSiteKeys(deps, { controller, site: id }, { writer })
    sites[id] = { secret, publishable }
  }
  const add = async (role: Role): Promise<string> => (await addOperator(deps, { name: role, roles: [role] }, { writer })).key
  const operators = {
    legal: await add('legal'),
    dpo: await add('dpo'),
    marketing: await add('marketing'),
    auditor: await add('auditor'),
    admin: await add('admin'),
  }
  const keys: KeysFile = { sites, operators }
  await demandInForce(deps, keys)
  writeDurably(keysFile, `${JSON.stringify(keys, null, 2)}\n`)
  await recordInLedger(deps, decideFirstKeysIssued)
  return keys
}
