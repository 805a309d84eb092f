// Whether each stream that the statement counts is in the dossier, whole, and no other: what shows that no later withdrawal and no newer notice was left out.
import { controllerStream, ledgerStream, subjectStream, type Completeness } from '@consent-ledger/domain'
import { leafFiles } from '../dossier/format.ts'
import type { KnownPath } from './files.ts'
import type { Findings } from './finding.ts'

type Stated = { stream: string; lastRevision: bigint }

/** Every stream that a statement counts: those of the person, the controller's and the ledger's own. */
export const statedStreams = ({ streams, catalogue, ledger }: Completeness): Stated[] => [
  ...streams.map(({ stream, lastRevision }) => ({ stream, lastRevision })),
  { stream: controllerStream(catalogue.controllerId), lastRevision: catalogue.lastRevision },
  { stream: ledgerStream, lastRevision: ledger.lastRevision },
]

const streamAt = (path: Extract<KnownPath, { kind: 'leaf' }>, { subjectId, catalogue }: Completeness): string => {
  if (path.folder === 'events') return subjectStream(subjectId)
  if (path.folder === 'catalogue') return controllerStream(catalogue.controllerId)
  return path.folder === 'keys' ? ledgerStream : (path.stream ?? '')
}

/** Revisions that lie in the dossier, ascending, by stream. Which event lies there is for `leaves.ts` to judge. */
const revisionsThere = (paths: readonly KnownPath[], said: Completeness): Map<string, bigint[]> => {
  const there = new Map<string, bigint[]>()
  for (const path of paths) {
    if (path.kind !== 'leaf' || path.file !== leafFiles.leaf) continue
    const stream = streamAt(path, said)
    const revisions = there.get(stream) ?? []
    revisions.push(path.revision)
    there.set(stream, revisions)
  }
  for (const revisions of there.values()) revisions.sort((a, b) => (a < b ? -1 : 1))
  return there
}

/** Runs over what is there, never over what is counted: both numbers are an attacker's. */
const checkStream = ({ stream, lastRevision }: Stated, revisions: readonly bigint[], findings: Findings): void => {
  let next = 0n
  for (const revision of revisions) {
    if (revision > lastRevision) {
      findings.add(
        'STREAM_UNSTATED',
        stream,
        `Event ${revision} of ${stream} is there, and the signed statement ends it at ${lastRevision}.`,
      )
      continue
    }
    if (revision > next) findings.add('STREAM_GAP', stream, `Of ${stream} the events from ${next} up to ${revision - 1n} are missing.`)
    next = revision + 1n
  }
  if (next <= lastRevision)
    findings.add(
      'STREAM_SHORT',
      stream,
      `Of ${stream} the last events, from ${next} up to ${lastRevision}, are missing: the signed statement counts them.`,
    )
}

/** Holds the streams of the dossier against the statement. Finds STREAM_GAP, STREAM_SHORT, STREAM_UNSTATED. */
export const checkStreams = (said: Completeness, paths: readonly KnownPath[], findings: Findings): void => {
  const there = revisionsThere(paths, said)
  const stated = statedStreams(said)
  for (const one of stated) checkStream(one, there.get(one.stream) ?? [], findings)
  const known = new Set(stated.map(({ stream }) => stream))
  for (const stream of there.keys()) if (!known.has(stream)) findings.add('STREAM_UNSTATED', stream)
}
