// That a scrub was recorded before a tree head was signed: its event, and the events by which the log names its keys, each with its path.
import { controllerStream, leafBytes, ledgerStream, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, readOn } from '@consent-ledger/eventstore'
import { proveLeaf, publishedNote } from '@consent-ledger/logfiles'
import type { ScrubProof } from '@consent-ledger/proof'
import { consistencyTo } from '../consistency.ts'
import type { ReportsDeps } from '../deps.ts'
import { provenBelow } from '../dossier/proven.ts'
import { provenEvent } from '../provenEvent.ts'

const naming: ReadonlySet<string> = new Set(['LogKeyIntroduced', 'LogKeyRotated', 'StatementKeyIntroduced'])

/** Events of a stream that are meant, oldest first, after a revision. */
async function* eventsIn(
  { store }: ReportsDeps,
  stream: string,
  after: bigint,
  isMeant: (event: RecordedEvent) => boolean,
): AsyncGenerator<RecordedEvent> {
  for await (const page of readOn(store, stream, after)) yield* page.filter(isMeant)
}

/** Where the read model has the scrub, its event alone is read; else what is behind the newest scrub that it has, since it has them in their order. */
const findAt = async (deps: ReportsDeps, controller: string, scrubId: string): Promise<RecordedEvent | null> => {
  const stream = controllerStream(controller)
  const isMeant = ({ type, data }: RecordedEvent): boolean => type === 'ScrubPerformed' && data['scrubId'] === scrubId
  const known = await deps.readModel.scrub(controller, scrubId)
  if (known !== null) {
    const [event] = await deps.store.readStream(stream, { after: known.revision - 1n, limit: 1 })
    if (event !== undefined && isMeant(event)) return event
  }
  const [newest] = known === null ? await deps.readModel.listScrubs({ controller, limit: 1 }) : []
  for await (const event of eventsIn(deps, stream, newest?.revision ?? beginning, isMeant)) return event
  return null
}

/** The event of a scrub at one of these controllers; what was just recorded is there. Null if there is none. */
export const findScrub = async (deps: ReportsDeps, controllers: readonly string[], scrubId: string): Promise<RecordedEvent | null> => {
  for (const controller of controllers) {
    const event = await findAt(deps, controller, scrubId)
    if (event !== null) return event
  }
  return null
}

const namingKeys = async (deps: ReportsDeps): Promise<RecordedEvent[]> => {
  const found: RecordedEvent[] = []
  for await (const event of eventsIn(deps, ledgerStream, beginning, ({ type }) => naming.has(type))) found.push(event)
  return found
}

/**
 * The proof under the first published head that covers the event, each path verified. The same for ever, but for cosignatures that come later.
 * Errors: NOT_PUBLISHED, LOG_DISAGREES, those of files, store and read model.
 */
export const proveScrub = async (deps: ReportsDeps, scrubId: string, event: RecordedEvent): Promise<ScrubProof> => {
  const hint = await deps.readModel.leafIndexOf(event.stream, event.revision)
  const { proofFile, head } = await proveLeaf(deps, leafBytes(event), hint === null ? {} : { index: hint })
  const named = await provenBelow(deps, await namingKeys(deps), head.size)
  const keys = named.events.map((one) => provenEvent(one, named.proofs.get(`${one.stream}@${one.revision}`) ?? ''))
  if (!keys.some(({ type }) => type === 'StatementKeyIntroduced'))
    throw new LedgerError('NOT_PUBLISHED', 'The key that signed the token is not published yet.')
  const from = [...(await consistencyTo(deps, head.size, named.heads))].map(
    ([size, proof]) => [`${size}`, proof.map((hash) => Buffer.from(hash).toString('base64'))] as const,
  )
  return {
    scrubId,
    events: [provenEvent(event, proofFile), ...keys],
    treeHead: publishedNote(head),
    consistency: { from: Object.fromEntries(from) },
  }
}
