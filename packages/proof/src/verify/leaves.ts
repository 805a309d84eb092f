// The events of a dossier, read from their leaves and held against the places where they lie.
import { controllerStream, ledgerStream, subjectStream } from '@consent-ledger/domain'
import { leafFiles, type Place } from '../dossier/format.ts'
import type { Files, KnownPath } from './files.ts'
import type { Findings } from './finding.ts'
import { demandKnown, demandPlace, readLeaf, type LeafEvent } from './leaf.ts'

/** `folder`: its path in the dossier. `part`: what it is there for. */
export type DossierLeaf = {
  part: 'events' | 'catalogue' | 'keys' | 'streams'
  folder: string
  place: Place
  bytes: Uint8Array
  event: LeafEvent
}

type LeafPath = Extract<KnownPath, { kind: 'leaf' }>
type Named = { subjectId: string; controllerId: string | null }

const isLeaf = (path: KnownPath): path is LeafPath => path.kind === 'leaf' && path.file === leafFiles.leaf

/** The stream that lies in a folder; null for the catalogue before its controller is known. */
const streamOf = ({ folder, stream }: LeafPath, { subjectId, controllerId }: Named): string | null => {
  if (folder === 'events') return subjectStream(subjectId)
  if (folder === 'keys') return ledgerStream
  if (folder === 'streams') return stream
  return controllerId === null ? null : controllerStream(controllerId)
}

const readOne = (files: Files, at: LeafPath, named: Named): DossierLeaf => {
  const bytes = files.get(at.path) ?? new Uint8Array()
  const event = readLeaf(bytes, at.path)
  const place = { stream: streamOf(at, named) ?? event.stream, revision: at.revision }
  const leaf = { part: at.folder, folder: at.path.slice(0, at.path.lastIndexOf('/')), place, bytes, event }
  demandPlace(event, place, at.path)
  demandKnown(event, at.path)
  return leaf
}

const byPlace = (a: DossierLeaf, b: DossierLeaf): number => {
  if (a.place.stream !== b.place.stream) return a.place.stream < b.place.stream ? -1 : 1
  return a.place.revision < b.place.revision ? -1 : 1
}

const findTwins = (leaves: readonly DossierLeaf[], findings: Findings): void => {
  const seen = new Set<string>()
  for (const { event, folder } of leaves) {
    if (seen.has(event.id)) findings.add('LEAF_MALFORMED', folder, 'Two events of the dossier have one id.')
    seen.add(event.id)
  }
}

/** The controller that an event names; undefined for those of the ledger and of the catalogue that name none. */
const controllerNamed = ({ part, event: { type, data } }: DossierLeaf): unknown => {
  if (part === 'keys') return undefined
  if (part === 'catalogue') return type === 'ControllerRegistered' ? data['id'] : undefined
  return data['controller'] ?? null
}

const findOtherController = (leaves: readonly DossierLeaf[], controllerId: string | null, findings: Findings): void => {
  for (const leaf of leaves) {
    const named = controllerNamed(leaf)
    if (named !== undefined && named !== controllerId)
      findings.add('LEAF_MISPLACED', leaf.folder, "This event names another controller than the first one of the person's own.")
  }
}

/** The controller that the person's own events name; null without any. */
const controllerOf = (own: readonly DossierLeaf[]): string | null => {
  const named = own[0]?.event.data['controller']
  return typeof named === 'string' ? named : null
}

/**
 * Every leaf that is an event of its place, by stream and revision. `subjectId`: whose dossier it is said to be. Finds LEAF_MALFORMED, LEAF_MISPLACED,
 * LEAF_UNKNOWN, FILE_MALFORMED, and leaves out the leaves concerned.
 */
export const readLeaves = (
  files: Files,
  paths: readonly KnownPath[],
  subjectId: string,
  findings: Findings,
): { leaves: DossierLeaf[]; controllerId: string | null } => {
  const at = paths.filter(isLeaf)
  const read = (some: readonly LeafPath[], named: Named): DossierLeaf[] =>
    some.flatMap((one) => findings.attempt(() => readOne(files, one, named)) ?? [])
  const own = read(
    at.filter(({ folder }) => folder === 'events'),
    { subjectId, controllerId: null },
  ).toSorted(byPlace)
  const controllerId = controllerOf(own)
  const beside = read(
    at.filter(({ folder }) => folder !== 'events'),
    { subjectId, controllerId },
  )
  const leaves = [...own, ...beside].toSorted(byPlace)
  findTwins(leaves, findings)
  findOtherController(leaves, controllerId, findings)
  return { leaves, controllerId }
}
