// Puts a dossier together: one zip, a function of what it is given, that a stranger can check without us. No I/O, no clock.
import { createHash } from 'node:crypto'
import { canonicalJson, leafBytes, LedgerError, subjectStream, type RecordedEvent, formatCompleteness } from '@consent-ledger/domain'
import { parseNote, parseTreeHead, signNote } from '@consent-ledger/tlog'
import type { Opened } from '../opened.ts'
import { judgedCosignatures } from './cosignatures.ts'
import { disclosuresOf } from './disclosures.ts'
import { dossierFiles, folderOf, leafFiles, noticePathOf, reachedFile, type ReachedOpening } from './format.ts'
import { readme } from './readme.ts'
import { render } from './page/render.ts'
import { dossierReport, type Cosignature, type DossierReport, type ReportFacts } from './report.ts'
import { verifyScript } from './script.ts'
import { archiveLimits, zipOf } from './zip.ts'

/** Whoever signs statements: `sign` answers with the signature line of a C2SP note, newline included. */
export type StatementSigner = { vkey: string; sign(text: string): string }

/**
 * `proofs`: the `.tlog-proof` of every event here, by `<stream>@<revision>`. `consistency`: from the size of each head that these proofs stand under to the size of
 * `treeHead`, which is the published note with its cosignatures. `logVkey`: of its signer. `witnessed`: those of its cosignatures that the caller verified, by
 * the witness policy of this ledger; no other is told as a fact. `reached`: the opening of what `ProofIssued` has sealed; null where `otherSubjects` is.
 */
export type DossierInput = Omit<ReportFacts, 'log'> & {
  reached: ReachedOpening | null
  witnessed: readonly Cosignature[]
  proofs: ReadonlyMap<string, string>
  consistency: ReadonlyMap<bigint, readonly Uint8Array[]>
  treeHead: string
  logVkey: string
  statementSigner: StatementSigner
}

type Files = Map<string, Uint8Array>
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8')

const proofOf = ({ proofs }: DossierInput, { stream, revision }: RecordedEvent): Uint8Array => {
  const proof = proofs.get(`${stream}@${revision}`)
  if (proof === undefined) throw new LedgerError('INTEGRITY', `An event of ${stream} has no proof`)
  return utf8(proof)
}

const addEvents = (files: Files, input: DossierInput, events: readonly RecordedEvent[], opened?: ReadonlyMap<string, Opened>): void => {
  for (const event of events) {
    const folder = folderOf(input.subjectId, event)
    files.set(`${folder}/${leafFiles.leaf}`, leafBytes(event))
    files.set(`${folder}/${leafFiles.proof}`, proofOf(input, event))
    const disclosures = disclosuresOf(opened?.get(event.id))
    if (disclosures) files.set(`${folder}/${leafFiles.disclosures}`, utf8(canonicalJson(disclosures)))
  }
}

const addLog = (files: Files, { treeHead, consistency, logVkey, statementSigner }: DossierInput): void => {
  const from = [...consistency].map(([size, proof]) => [`${size}`, proof.map((hash) => Buffer.from(hash).toString('base64'))] as const)
  files.set(dossierFiles.treeHead, utf8(treeHead))
  files.set(dossierFiles.consistency, utf8(canonicalJson({ from: Object.fromEntries(from) })))
  files.set(dossierFiles.logKey, utf8(`${logVkey}\n`))
  files.set(dossierFiles.statementKey, utf8(`${statementSigner.vkey}\n`))
}

const addReport = (files: Files, report: DossierReport): void => {
  files.set(dossierFiles.report, utf8(canonicalJson(report)))
  files.set(dossierFiles.page, utf8(render(report)))
  files.set(dossierFiles.readme, utf8(readme(report)))
  files.set(dossierFiles.script, utf8(verifyScript))
  for (const notice of report.proof.notices) files.set(noticePathOf(notice), utf8(notice.text))
}

const manifestOf = (files: Files): string => {
  const hashes = [...files].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')] as const)
  return canonicalJson({ v: 1, files: Object.fromEntries(hashes) })
}

const completenessOf = (report: DossierReport, manifest: string): string => {
  const { proof, log, streams, others } = report
  const reached = proof.otherSubjects
  return formatCompleteness({
    origin: log.origin,
    proofId: proof.id,
    issuedAt: proof.issuedAt,
    size: BigInt(log.size),
    root: Buffer.from(log.root, 'base64'),
    manifest: createHash('sha256').update(manifest, 'utf8').digest('hex'),
    subjectId: proof.subjectId,
    streams: streams.map(({ stream, lastRevision, unpublished }) => ({ stream, lastRevision: BigInt(lastRevision), unpublished })),
    catalogue: { controllerId: proof.controller.id, lastRevision: BigInt(report.catalogue.lastRevision) },
    ledger: { lastRevision: BigInt(report.ledger.lastRevision) },
    reached: reached && { devices: reached.device, accounts: reached.account },
    others,
  })
}

const refuseEmpty = ({ subjectId, events, ledgerEvents, statementSigner }: DossierInput): void => {
  if (events.length === 0) throw new LedgerError('NOT_PUBLISHED', `Nothing of ${subjectStream(subjectId)} is in a published tree yet`)
  const newest = ledgerEvents.findLast(({ type }) => type === 'StatementKeyIntroduced')
  // A statement by a key that the tree does not name would convict nobody, and the tree of a proof is fixed for good.
  if (newest?.data['vkey'] !== statementSigner.vkey)
    throw new LedgerError(
      'NOT_ACCEPTABLE',
      'The key that signs statements now is not the one that the tree of this proof names: ask for another proof, with another Idempotency-Key.',
    )
}

/** Events of one stream from revision 0 on, none left out: the statement says so over our signature. Errors: INTEGRITY. */
const refuseGap = (events: readonly RecordedEvent[]): void => {
  if (events.length === 0 || events.some(({ revision }, n) => revision !== BigInt(n)))
    throw new LedgerError('INTEGRITY', 'A stream to be carried whole has a gap')
}

/** What is signed as reached must be what `ProofIssued` has sealed. Errors: INTEGRITY. */
const refuseOthers = ({ reached, otherSubjects, otherStreams }: DossierInput): void => {
  const { devices, accounts } = reached?.value ?? { devices: [], accounts: 0 }
  const known = new Set(devices.map(subjectStream))
  const agree =
    reached === null
      ? otherSubjects === null && otherStreams.length === 0
      : otherSubjects?.device === devices.length &&
        otherSubjects.account === accounts &&
        otherStreams.every(({ stream }) => known.has(stream))
  if (!agree) throw new LedgerError('INTEGRITY', 'A dossier counts other subjects than its proof noted')
}

const refuseUnsound = (input: DossierInput): void => {
  refuseEmpty(input)
  refuseOthers(input)
  for (const events of [input.catalogueEvents, input.ledgerEvents, ...input.otherStreams.map((one) => one.events)]) refuseGap(events)
}

/** More bytes than the signature of a statement has. */
const signatureRoom = 4096

/** What no verifier would take is not handed out, nor signed for. `files`: all but the statement; `text`: what it says. Errors: NOT_ACCEPTABLE. */
const refuseTooLarge = (files: Files, text: string): void => {
  const sizes = [...[...files.values()].map(({ length }) => length), Buffer.byteLength(text) + signatureRoom]
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total > archiveLimits.total || sizes.some((size) => size > archiveLimits.file))
    throw new LedgerError(
      'NOT_ACCEPTABLE',
      `The dossier would have ${total} bytes, more than a verifier takes: ask for the report as JSON.`,
    )
}

/**
 * The dossier as a zip; the same input gives the same bytes. Errors: NOT_PUBLISHED if nothing of the person is in the tree; NOT_ACCEPTABLE if the tree does not name
 * the key of statements as the newest, or the files are beyond `archiveLimits`; INTEGRITY for an event without proof, a gap, or other subjects than were noted;
 * those of `buildProof` and `leafBytes`.
 */
export const buildDossier = (input: DossierInput): Uint8Array => {
  refuseUnsound(input)
  const head = parseTreeHead(parseNote(input.treeHead).text)
  const log = {
    origin: head.origin,
    vkey: input.logVkey,
    size: head.size.toString(),
    root: Buffer.from(head.root).toString('base64'),
    ...judgedCosignatures(input.treeHead, input.witnessed),
  }
  const report = dossierReport({ ...input, log })
  const files: Files = new Map()
  addEvents(files, input, input.events, input.opened)
  for (const carried of input.otherStreams) addEvents(files, input, carried.events, carried.opened)
  addEvents(files, input, input.catalogueEvents)
  addEvents(files, input, input.ledgerEvents)
  if (input.reached !== null) files.set(reachedFile, utf8(canonicalJson(input.reached)))
  addLog(files, input)
  addReport(files, report)
  const manifest = manifestOf(files)
  files.set(dossierFiles.manifest, utf8(manifest))
  const text = completenessOf(report, manifest)
  refuseTooLarge(files, text)
  files.set(dossierFiles.statement, utf8(signNote(text, input.statementSigner)))
  return zipOf(files)
}
