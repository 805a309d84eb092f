// Completeness without trusting anybody: every entry of the log is read, the tree is computed from them, and the events of the streams in question are listed.
import { ledgerStream, subjectStream, placeInLeaf } from '@consent-ledger/domain'
import { Frontier, leafHash, sameBytes } from '@consent-ledger/tlog'
import { acceptedKeys, namedKeys, signerOf, type NamingLeaf } from '../accepted.ts'
import { readAnchors } from '../anchors.ts'
import { Findings, type Finding, VerifyError } from '../finding.ts'
import { checkNamed } from '../heads.ts'
import { readLeaf, type LeafEvent } from '../leaf.ts'
import { readReached } from '../reached.ts'
import { statedHead, type StatedHead } from '../sealed.ts'
import { statedStreams } from '../streams.ts'
import { examine, type Examined, type Trusted } from '../verify.ts'
import { compareDossier } from './compare.ts'
import { entriesOf, type EntryFiles } from './entries.ts'

/** An event of a stream in question, and where it lies. `hash`: of its leaf, hex. */
export type ScannedEvent = { leafIndex: bigint; event: LeafEvent; hash: string }

/**
 * `root`: of the entries, base64; null if they could not all be read. `events`: of the streams asked for and of the person's in the dossier, in the log's
 * order. `dossierSize`: of the dossier's tree; what lies at or behind it came later.
 */
export type Scan = {
  accepted: boolean
  findings: Finding[]
  origin: string
  size: string
  root: string | null
  dossierSize: string | null
  events: ScannedEvent[]
}

/** `checkpoint`: a signed head; its tree is what is computed. `dossier`: one to be held against the entries, whose streams are then scanned too. */
export type ScanInput = Trusted & { entries: EntryFiles; checkpoint: string; streams: readonly string[]; dossier?: Uint8Array | undefined }

/** What was read. `rootAt`: of the first leaves, as many as the dossier's tree has. */
export type Read = { events: ScannedEvent[]; root: Uint8Array; rootAt: Uint8Array | null }

const readAll = async (entries: EntryFiles, size: bigint, wanted: ReadonlySet<string>, at: bigint, findings: Findings): Promise<Read> => {
  const frontier = new Frontier()
  const read: Read = { events: [], root: frontier.root(), rootAt: null }
  for await (const { index, entry } of entriesOf(entries, size)) {
    const hash = leafHash(entry)
    frontier.append(hash)
    if (frontier.size === at) read.rootAt = frontier.root()
    const where = `leaf ${index}`
    const place = placeInLeaf(entry)
    // What nobody can read may be what somebody looks for.
    if (place === null) findings.add('LEAF_MALFORMED', where)
    if (place === null || !wanted.has(place.stream)) continue
    const event = findings.attempt(() => readLeaf(entry, where))
    if (event) read.events.push({ leafIndex: index, event, hash: Buffer.from(hash).toString('hex') })
  }
  return { ...read, root: frontier.root() }
}

/** In the log's order the revisions of a stream are 0, 1, 2 and so on. Finds STREAM_GAP, LEAF_ORDER. */
const checkContiguous = (events: readonly ScannedEvent[], findings: Findings): void => {
  const next = new Map<string, bigint>()
  for (const { event, leafIndex } of events) {
    const expected = next.get(event.stream) ?? 0n
    const message = `Leaf ${leafIndex} is event ${event.revision} of ${event.stream}, where event ${expected} comes next.`
    if (event.revision > expected) findings.add('STREAM_GAP', event.stream, message)
    if (event.revision < expected) findings.add('LEAF_ORDER', event.stream, message)
    next.set(event.stream, event.revision + 1n)
  }
}

/** Whether the entries make the tree that the log signed. Finds OTHER_LOG, WRONG_KEY, HEAD_KEY_UNNAMED, KEY_NOT_IN_TREE, ENTRIES_DISAGREE. */
const areSigned = (head: StatedHead, read: Read, trusted: Trusted, findings: Findings): boolean => {
  const named = read.events.flatMap(({ event, leafIndex }): NamingLeaf[] =>
    event.stream === ledgerStream ? [{ event, index: leafIndex, head: null }] : [],
  )
  const anchors = readAnchors(trusted.logKeys)
  const signedBy = signerOf(acceptedKeys(anchors, named, head), head)
  if (signedBy === null) findings.add(anchors.some(({ name }) => name === head.origin) ? 'WRONG_KEY' : 'OTHER_LOG', head.where)
  else checkNamed({ signedBy, anchors, head }, namedKeys(named, head.origin), findings)
  const agree = sameBytes(read.root, head.root)
  if (!agree) findings.add('ENTRIES_DISAGREE', head.where)
  return signedBy !== null && agree
}

/** Streams of devices of which the dossier says that nothing lies below its tree: that must be so. What cannot be read was found already. */
const reachedIn = ({ dossier: { files, statement } }: Examined): string[] => {
  if (statement.said.reached === null) return []
  const opening = new Findings().attempt(() => readReached(files))
  return (opening?.value.devices ?? []).map((id) => subjectStream(id))
}

const streamsOf = ({ streams }: ScanInput, examined: Examined | null): Set<string> =>
  new Set([
    ledgerStream,
    ...streams,
    ...(examined === null
      ? []
      : [
          ...statedStreams(examined.dossier.statement.said).map(({ stream }) => stream),
          ...examined.dossier.leaves.map(({ place }) => place.stream),
          ...reachedIn(examined),
        ]),
  ])

const scanned = async (input: ScanInput, examined: Examined | null, findings: Findings): Promise<{ head: StatedHead; read: Read }> => {
  const head = statedHead(input.checkpoint, 'checkpoint')
  const at = examined?.dossier.statement.said.size ?? -1n
  const read = await readAll(input.entries, head.size, streamsOf(input, examined), at, findings)
  const signed = areSigned(head, read, input, findings)
  checkContiguous(read.events, findings)
  if (examined !== null && signed) compareDossier(examined, head, read, findings)
  return { head, read }
}

/**
 * Reads every entry below the checkpoint and lists the events of the streams in question. With a dossier, that is verified too and must hold the same
 * events. Errors: InputError. Whatever is wrong with entries, checkpoint or dossier is a finding.
 */
export const scanEntries = async (input: ScanInput): Promise<Scan> => {
  const findings = new Findings()
  const examined = input.dossier === undefined ? null : await examine(input.dossier, input, findings)
  const said = examined?.dossier.statement.said
  const asked = new Set([...input.streams, ...(said?.streams ?? []).map(({ stream }) => stream)])
  const dossierSize = said === undefined ? null : `${said.size}`
  try {
    const { head, read } = await scanned(input, examined, findings)
    return {
      accepted: findings.accepted,
      findings: findings.all,
      origin: head.origin,
      size: `${head.size}`,
      root: Buffer.from(read.root).toString('base64'),
      dossierSize,
      events: read.events.filter(({ event }) => asked.has(event.stream)),
    }
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error
    findings.add(error.code, error.where, error.message)
    return { accepted: false, findings: findings.all, origin: '', size: '0', root: null, dossierSize, events: [] }
  }
}
