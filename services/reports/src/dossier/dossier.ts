// The dossier of a proof on record: streams and proofs gathered from store and log, then built. The same event gives the same bytes.
import { controllerStream, ledgerStream, LedgerError, ms, subjectStream, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, fold } from '@consent-ledger/eventstore'
import { headOfSize, publishedNote } from '@consent-ledger/logfiles'
import { buildDossier, type CarriedStream, type DossierInput, type Opened } from '@consent-ledger/proof'
import { openTreeHead } from '@consent-ledger/tlog'
import { consistencyTo } from '../consistency.ts'
import type { ReportsDeps } from '../deps.ts'
import type { IssuedProof } from '../proof/issue.ts'
import { openedIdentifiers, openEvents } from '../proof/open.ts'
import { countsOf } from '../proof/reached.ts'
import { provenBelow, type Proven } from './proven.ts'
import { verifiedCosignatures } from './witnessed.ts'

const readWhole = (deps: ReportsDeps, stream: string): Promise<RecordedEvent[]> =>
  fold(deps.store, {
    stream,
    initial: (): RecordedEvent[] => [],
    evolve: (events, event) => {
      events.push(event)
      return events
    },
  })

/** Of a device only the identifiers that the person named too are opened: somebody else may have used it. */
const openedOfDevice = async (
  deps: ReportsDeps,
  { opened }: IssuedProof,
  deviceId: string,
  events: readonly RecordedEvent[],
): Promise<Map<string, Opened>> => {
  const own = new Set(openedIdentifiers(opened.values()).map(({ scheme, value }) => `${scheme} ${value}`))
  const theirs = await openEvents(deps.vault, deviceId, events, ['identifiers'])
  return new Map(
    [...theirs].map(([eventId, one]) => {
      const identifiers = one.identifiers.map((identifier): Opened['identifiers'][number] => {
        if (identifier.status !== 'opened' || own.has(`${identifier.scheme} ${identifier.value}`)) return identifier
        const { scheme, kind, commitment } = identifier
        return { status: 'not-opened', scheme, kind, eventId, commitment }
      })
      return [eventId, { ...one, identifiers }]
    }),
  )
}

type Carried = { carried: CarriedStream; proven: Proven }

/** A device of which nothing is in the tree has nothing to carry: it is counted as reached, and said to be unpublished. */
const carry = async (deps: ReportsDeps, proof: IssuedProof, deviceId: string, size: bigint): Promise<Carried[]> => {
  const stream = subjectStream(deviceId)
  const events = await readWhole(deps, stream)
  const proven = await provenBelow(deps, events, size)
  if (proven.events.length === 0) return []
  const opened = await openedOfDevice(deps, proof, deviceId, proven.events)
  const then = events.slice(proven.events.length).filter(({ metadata }) => ms(metadata.recordedAt) <= proof.issued.issuedAt)
  return [{ carried: { stream, events: proven.events, opened, unpublished: then.length, reason: 'device' }, proven }]
}

/** No other head will do: behind the tree that the proof names may lie what was recorded after it, and a dossier states that nothing does. */
const refuseForGood = (why: string): LedgerError =>
  new LedgerError('NOT_ACCEPTABLE', `${why}: ask for another, with another Idempotency-Key.`)

type Head = Pick<DossierInput, 'treeHead' | 'logVkey' | 'witnessed'>

/** After a restore the stream of heads may lack one that was published once. */
const headAt = async ({ store, log, witnesses }: ReportsDeps, size: bigint): Promise<Head> => {
  const head = await headOfSize(store, size)
  if (head === null) throw refuseForGood(`The tree head of ${size} events, under which this proof was issued, is no longer on record`)
  const treeHead = publishedNote(head)
  const verifiers = log.verifiers()
  const { signedBy } = openTreeHead(treeHead, verifiers)
  return { treeHead, logVkey: signedBy.vkey, witnessed: verifiedCosignatures(witnesses, treeHead, verifiers) }
}

/** What everybody's dossier needs of the controller and the ledger: both streams whole, as they lay in the tree. */
const gatherAround = async (deps: ReportsDeps, controllerId: string, size: bigint): Promise<{ catalogue: Proven; ledger: Proven }> => ({
  catalogue: await provenBelow(deps, await readWhole(deps, controllerStream(controllerId)), size),
  ledger: await provenBelow(deps, await readWhole(deps, ledgerStream), size),
})

/**
 * The zip of a proof on record. Errors: NOT_ACCEPTABLE for a proof of which no dossier can ever be made (from before the first head of the log or of the key of
 * statements, or whose head is gone), NOT_PUBLISHED, LOG_DISAGREES, INTEGRITY, those of store, vault, files and read model.
 */
export const dossierOf = async (deps: ReportsDeps, controllerId: string, proof: IssuedProof): Promise<Uint8Array> => {
  const { subjectId, issued, treeSize: size } = proof
  if (size === null || proof.reached?.opening === null) throw refuseForGood('This proof was issued before anything was published')
  const head = await headAt(deps, size)
  const own = await provenBelow(deps, proof.events, size)
  const devices: Carried[] = []
  for (const deviceId of proof.reached?.devices ?? []) devices.push(...(await carry(deps, proof, deviceId, size)))
  const { catalogue, ledger } = await gatherAround(deps, controllerId, size)
  const all = [own, catalogue, ledger, ...devices.map(({ proven }) => proven)]
  const shown = new Set(own.events.map(({ id }) => id))
  return buildDossier({
    subjectId,
    controllerId,
    issued: { ...issued, lastRevision: own.events.at(-1)?.revision ?? beginning },
    events: own.events,
    opened: new Map([...proof.opened].filter(([eventId]) => shown.has(eventId))),
    otherStreams: devices.map(({ carried }) => carried),
    catalogueEvents: catalogue.events,
    ledgerEvents: ledger.events,
    otherSubjects: proof.reached && countsOf(proof.reached),
    reached: proof.reached && proof.reached.opening,
    unpublished: proof.events.length - own.events.length,
    proofs: new Map(all.flatMap(({ proofs }) => [...proofs])),
    consistency: await consistencyTo(
      deps,
      size,
      all.flatMap(({ heads }) => [...heads]),
    ),
    ...head,
    statementSigner: deps.statementKey,
  })
}
