// The verification of a dossier, step by step, each in a file of its own: what an opponent's expert runs, without us and without a network.
import { ms, subjectStream } from '@consent-ledger/domain'
import { leafFiles } from '../dossier/format.ts'
import type { DossierReport } from '../dossier/report.ts'
import { zipOf } from '../dossier/zip.ts'
import type { Policy } from '@consent-ledger/tlog'
import { readAnchors, readPolicy } from './anchors.ts'
import { readArchive } from './archive.ts'
import { readConsistency, type ConsistencyProofs } from './beginnings.ts'
import { checkCatalogue } from './catalogue.ts'
import { readDisclosures, refuseStrayDisclosures } from './disclosed.ts'
import { checkManifest, knownPaths, type Files, type KnownPath } from './files.ts'
import { Findings, VerifyError, type Finding } from './finding.ts'
import { compareHead, judgeHeads, type Log } from './heads.ts'
import { readLeaves, type DossierLeaf } from './leaves.ts'
import { checkNotices } from './notices.ts'
import { checkReached } from './reached.ts'
import { checkReport, readReport } from './rebuilt.ts'
import { checkOrder, latestHead, sealedLeaves, statedHead, type SealedLeaf, type StatedHead } from './sealed.ts'
import { checkStatement, readStatement, type Statement } from './statement.ts'
import { checkStreams } from './streams.ts'
import { checkSeen, checkTimes } from './times.ts'
import { checkWitnesses, seenTrees, type Witnessed } from './witnessed.ts'

/**
 * `logKeys`: vkeys of the log that the expert accepts, got elsewhere than in the dossier. `policy`: a witness policy (C2SP tlog-policy). `heads`: signed tree
 * heads that the expert got elsewhere, to be held against those of the dossier.
 */
export type Trusted = { logKeys: readonly string[]; policy?: string | undefined; heads?: readonly string[] | undefined }

/** What was shown; null fields where it was not. `root`: base64. `unpublished`, `reached` and `others` are the issuer's word, signed. */
export type Facts = {
  proofId: string
  issuedAt: string
  subjectId: string
  log: { origin: string; size: string; root: string; signedBy: string | null }
  streams: { stream: string; lastRevision: string; unpublished: number }[]
  events: number
  reached: { devices: number; accounts: number } | null
  others: { count: number | null; reason: string }[]
  witnesses: Witnessed[]
}

/** `accepted`: no finding is an error. `facts` are null if the dossier could not be read at all. */
export type Verdict = { accepted: boolean; findings: Finding[]; facts: Facts | null }

/** A dossier as read: everything is somebody's word still. */
export type ReadDossier = {
  files: Files
  paths: KnownPath[]
  statement: Statement
  leaves: DossierLeaf[]
  sealed: SealedLeaf[]
  controllerId: string | null
  report: DossierReport | null
}

type Opened = ReadDossier & { latest: StatedHead; proofs: ConsistencyProofs }

const open = (files: Files, findings: Findings): Opened | null => {
  const paths = knownPaths(files, findings)
  findings.attempt(() => checkManifest(files, findings))
  const statement = findings.attempt(() => readStatement(files))
  const latest = findings.attempt(() => latestHead(files))
  const report = findings.attempt(() => readReport(files))
  const proofs = findings.attempt(() => readConsistency(files)) ?? new Map()
  if (statement === null || latest === null) return null
  const { leaves, controllerId } = readLeaves(files, paths, statement.said.subjectId, findings)
  const sealed = sealedLeaves(files, leaves, latest.origin, findings)
  checkOrder(sealed, findings)
  return { files, paths, statement, latest, report, proofs, leaves, sealed, controllerId }
}

/** The opened values by event id, of each stream by itself. */
const disclosedIn = ({ files, leaves }: ReadDossier, findings: Findings) => {
  const personal = leaves.filter(({ part }) => part === 'events' || part === 'streams')
  const streams = Map.groupBy(personal, ({ place }) => place.stream)
  return new Map([...streams.values()].flatMap((some) => [...readDisclosures(files, some, findings)]))
}

const checkContent = (dossier: Opened, log: Log, findings: Findings): void => {
  const { files, paths, statement, leaves, controllerId, report } = dossier
  const catalogue = leaves.filter(({ part }) => part === 'catalogue')
  const { said } = statement
  checkStreams(said, paths, findings)
  checkTimes(log, ms(said.issuedAt), findings)
  refuseStrayDisclosures(files, leaves, findings)
  const disclosed = disclosedIn(dossier, findings)
  checkCatalogue(catalogue, findings)
  checkNotices(files, paths, catalogue, findings)
  if (report !== null) {
    const own = leaves.filter(({ part }) => part === 'events')
    checkReached(files, { said, own, disclosed, counted: report.proof.otherSubjects }, findings)
  }
  // A report over events that are not shown to be there would only be found false for what is known already.
  if (report !== null && findings.accepted) {
    const evidence = { said, controllerId: controllerId ?? '', leaves, disclosed, log }
    checkReport(files, evidence, report, findings)
  }
}

const factsOf = ({ statement: { said }, sealed }: ReadDossier, log: Log, witnesses: Witnessed[]): Facts => ({
  proofId: said.proofId,
  issuedAt: said.issuedAt,
  subjectId: said.subjectId,
  log: {
    origin: log.latest.origin,
    size: `${log.latest.size}`,
    root: Buffer.from(log.latest.root).toString('base64'),
    signedBy: log.signedBy?.vkey ?? null,
  },
  streams: said.streams.map(({ stream, lastRevision, unpublished }) => ({ stream, lastRevision: `${lastRevision}`, unpublished })),
  events: sealed.filter(({ place }) => place.stream === subjectStream(said.subjectId)).length,
  reached: said.reached,
  others: said.others,
  witnesses,
})

/** Dates, marks and the packing of an archive are in no manifest: only the one archive that these files make is taken. Finds ARCHIVE_REWRITTEN. */
const checkPacking = (zip: Uint8Array, files: Files, findings: Findings): void => {
  if (Buffer.compare(zip, zipOf(files)) !== 0) findings.add('ARCHIVE_REWRITTEN', 'archive')
}

/** Finds what the checks of witnesses and their times do. */
const witnessesOf = ({ statement, report }: ReadDossier, log: Log, policy: Policy | null, findings: Findings): Witnessed[] => {
  const witnessed = checkWitnesses(log, policy, report?.log.cosignatures ?? [], findings)
  checkSeen(log, seenTrees(witnessed), ms(statement.said.issuedAt), findings)
  return witnessed
}

/** A dossier that was read, and what of the log is shown; `log` is null where no key that counts signed its head. */
export type Examined = { dossier: ReadDossier; log: Log | null; facts: Facts }

/** Every check of a dossier, for whoever goes on from there; null if it could not be read at all. Errors: InputError. */
export const examine = async (zip: Uint8Array, trusted: Trusted, findings: Findings): Promise<Examined | null> => {
  const anchors = readAnchors(trusted.logKeys)
  const policy = readPolicy(trusted.policy)
  const files = await readArchive(zip).catch((error: unknown) => {
    if (!(error instanceof VerifyError)) throw error
    findings.add(error.code, error.where, error.message)
    return null
  })
  if (files !== null) checkPacking(zip, files, findings)
  const dossier = files && open(files, findings)
  if (!dossier) return null
  const { sealed, proofs, latest } = dossier
  const log = judgeHeads({ anchors, latest, sealed, proofs }, findings)
  if (log.signedBy === null) return { dossier, log: null, facts: factsOf(dossier, log, []) }
  for (const [n, note] of (trusted.heads ?? []).entries())
    findings.attempt(() => compareHead(statedHead(note, `head ${n + 1} that you brought`), log, findings))
  const ledgerLeaves = dossier.paths.filter((path) => path.kind === 'leaf' && path.folder === 'keys' && path.file === leafFiles.leaf).length
  checkStatement({ ...dossier, ledgerLeaves }, log, findings)
  checkContent(dossier, log, findings)
  return { dossier, log, facts: factsOf(dossier, log, witnessesOf(dossier, log, policy, findings)) }
}

/**
 * Verifies a dossier as the zip that the ledger gave out. Nothing is opened but what is handed over; everything in it is held for an attacker's.
 * Errors: InputError if the expert's own keys, policy or heads cannot be used. Whatever is wrong with the dossier is a finding, never an error.
 */
export const verifyDossier = async (zip: Uint8Array, trusted: Trusted): Promise<Verdict> => {
  const findings = new Findings()
  const examined = await examine(zip, trusted, findings)
  return { accepted: examined !== null && findings.accepted, findings: findings.all, facts: examined?.facts ?? null }
}
