// The first start: names the ledger, applies the catalogue, makes the first keys. Each step can be repeated: a crash between two of them heals at the next start.
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  decideFirstKeysIssued,
  evolveLedger,
  initialLedger,
  leafBytes,
  ledgerStream,
  type Role,
  type CatalogueFile,
  type Ledger,
  type LedgerFact,
  type Writer,
} from '@consent-ledger/domain'
import { decideAndAppend, type EventStore } from '@consent-ledger/eventstore'
import { addOperator, applyCatalogue, issueSiteKeys, type IngestDeps } from '@consent-ledger/ingest'

export type KeysFile = { sites: Record<string, { secret: string; publishable: string }>; operators: Record<Role, string> }

const writer: Writer = { kind: 'system', id: 'first-start', trust: 'system' }

const recordInLedger = ({ store, clock }: { store: EventStore; clock: () => number }, decide: (ledger: Ledger) => LedgerFact[]) =>
  decideAndAppend({
    store,
    clock,
    stream: ledgerStream,
    initial: initialLedger,
    evolve: evolveLedger,
    act: { actId: randomUUID(), writer },
    decide,
    leaf: leafBytes,
  })

/** Begins the stream `ledger`, if it is empty. Durable on return. */
export const createLedger = (
  place: { store: EventStore; clock: () => number },
  ledgerId: string,
  masterKeyCheck: string,
): Promise<unknown> =>
  recordInLedger(place, (ledger) => (ledger.ledgerId === null ? [{ type: 'LedgerCreated', data: { ledgerId, masterKeyCheck } }] : []))

/** Replaced whole, and durable with its name: nobody reads half a key. */
const writeDurably = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const handle = openSync(`${file}.new`, 'w', 0o600)
  writeSync(handle, text)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(`${file}.new`, file)
  const directory = openSync(dirname(file), 'r')
  fsyncSync(directory)
  closeSync(directory)
}

/**
 * Applies the catalogue and makes the first keys: one pair for each site, one operator for each role, written to `keysFile` (0600). Durable on return.
 * A crash before `FirstKeysIssued` leaves keys that nobody was shown: the next start makes others and replaces the file.
 */
export const bootstrap = async (deps: IngestDeps, file: CatalogueFile, keysFile: string): Promise<KeysFile> => {
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
  writeDurably(keysFile, `${JSON.stringify(keys, null, 2)}\n`)
  await recordInLedger(deps, decideFirstKeysIssued)
  return keys
}
