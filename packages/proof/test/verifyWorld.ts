// A ledger that lies from the start: it seals whatever it likes, under one head, and makes a dossier of that by its own builder and true keys.
import { iso, type RecordedEvent, type Writer } from '@consent-ledger/domain'
import { openedFrom } from '../src/dossier/disclosures.ts'
import { buildDossier, type DossierInput } from '../src/dossier/build.ts'
import type { Issued } from '../src/index.ts'
import { givenKeys, origin, witnessName, type GivenKeys } from './dossierGiven.ts'
import { GivenLog } from './dossierLog.ts'
import { catalogue, day, sha256, start, subjectId } from './given.ts'

const system: Writer = { kind: 'system', id: 'ledger', trust: 'system' }
const uuid = (n: number): string => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`

/** The stream `ledger` of some keys, 30 days before Anna's first act; `more` follow in it. */
export const ledgerOf = (keys: GivenKeys, ...more: { type: string; data: RecordedEvent['data'] }[]): RecordedEvent[] =>
  [
    { type: 'LedgerCreated', data: { ledgerId: uuid(1), masterKeyCheck: sha256('check') } },
    { type: 'LogKeyIntroduced', data: { vkey: keys.log.vkey } },
    { type: 'StatementKeyIntroduced', data: { vkey: keys.statement.vkey } },
    ...more,
  ].map(({ type, data }, n) => ({
    id: uuid(n + 1),
    type,
    data,
    stream: 'ledger',
    revision: BigInt(n),
    position: BigInt(n),
    metadata: { schemaVersion: 1, recordedAt: iso(start - 30 * day + n), writer: system, actId: uuid(60) },
  }))

/** `own`: of Anna's stream. `catalogueEvents`: default the usual ones. `witnessAt`: a witness cosigned then (epoch ms). `sealed`: the log's order, default as named. */
export type Lies = {
  own: readonly RecordedEvent[]
  catalogueEvents?: readonly RecordedEvent[]
  ledger?: (keys: GivenKeys) => RecordedEvent[]
  witnessAt?: number
  issued?: Partial<Issued>
  sealed?: (all: {
    ledger: readonly RecordedEvent[]
    catalogueEvents: readonly RecordedEvent[]
    own: readonly RecordedEvent[]
  }) => RecordedEvent[]
  change?: Partial<DossierInput>
}

export type Told = { zip: Uint8Array; logKeys: string[]; keys: GivenKeys; log: GivenLog; input: DossierInput; policy: string }

/** The dossier of a lie. `policy` trusts its witness. */
export const told = async (lies: Lies): Promise<Told> => {
  const keys = givenKeys()
  const { own, catalogueEvents = catalogue().history, witnessAt } = lies
  const ledger = lies.ledger?.(keys) ?? ledgerOf(keys)
  const log = new GivenLog(origin)
  log.append(...(lies.sealed?.({ ledger, catalogueEvents, own }) ?? [...ledger, ...catalogueEvents, ...own]))
  const treeHead = log.publish(keys.log, witnessAt === undefined ? undefined : { signer: keys.witness, at: witnessAt })
  const proven = [...own, ...catalogueEvents, ...ledger]
  const input: DossierInput = {
    subjectId,
    controllerId: 'campo',
    issued: {
      id: uuid(4000),
      issuedAt: start + 10 * day,
      reason: 'Dispute 42, Lyon',
      role: 'legal',
      language: 'en',
      ...lies.issued,
      lastRevision: BigInt(own.length - 1),
    },
    events: own,
    opened: openedFrom(own, new Map()),
    otherStreams: [],
    catalogueEvents,
    ledgerEvents: ledger,
    otherSubjects: null,
    reached: null,
    unpublished: 0,
    proofs: new Map(await Promise.all(proven.map(async (one) => [`${one.stream}@${one.revision}`, await log.proofOf(one)] as const))),
    consistency: new Map(),
    treeHead,
    logVkey: keys.log.vkey,
    witnessed: witnessAt === undefined ? [] : [{ name: witnessName, time: iso(witnessAt) }],
    statementSigner: keys.statement,
    ...lies.change,
  }
  const policy = `witness office ${keys.witness.vkey}\nquorum office\n`
  return { zip: buildDossier(input), logKeys: [keys.log.vkey], keys, log, input, policy }
}
