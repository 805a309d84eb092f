// The files of a dossier: where each lies in the zip, and the schema of each that is JSON. Builder and verifier both read this, and nothing else, to find their way.
import { z } from 'zod'
import { controllerStream, IdentifierKind, ledgerStream, Sha256Hex, SubjectId, subjectStream } from '@consent-ledger/domain'

/** Files that each dossier has exactly once. `treeHead`: C2SP tlog-checkpoint of the whole dossier; the keys are for information, never anchors. */
export const dossierFiles = {
  readme: 'README.txt',
  manifest: 'manifest.json',
  statement: 'completeness.note',
  report: 'report.json',
  page: 'report.html',
  treeHead: 'log/tree-head.note',
  consistency: 'log/consistency.json',
  logKey: 'keys/log.vkey',
  statementKey: 'keys/statement.vkey',
  script: 'verify.py',
} as const

/** Only where the identifiers of the person were opened: the opening of what `ProofIssued` notes of whom they reached. */
export const reachedFile = 'reached.json'

/** What lies in the folder of one event. `disclosures.json` only where something was opened or is destroyed. */
export const leafFiles = { leaf: 'leaf.json', proof: 'proof.tlog-proof', disclosures: 'disclosures.json' } as const

/** Place of an event: stream and revision. */
export type Place = { stream: string; revision: bigint }

/** Folder of an event in the dossier of a subject: own events, the controller's stream, the ledger's, and what lies beside them each have their own. */
export const folderOf = (subjectId: string, { stream, revision }: Place): string => {
  if (stream === subjectStream(subjectId)) return `events/${revision}`
  if (stream === ledgerStream) return `keys/${revision}`
  if (stream.startsWith(controllerStream(''))) return `catalogue/${revision}`
  return `streams/${stream}/${revision}`
}

const revision = '(?<revision>0|[1-9]\\d{0,18})'
const leafPath = new RegExp(
  `^(?:(?<folder>events|catalogue|keys)|streams/(?<stream>subject-[0-9a-f]{32}|request-[0-9a-f-]{1,64}))/${revision}/(?<file>leaf\\.json|proof\\.tlog-proof|disclosures\\.json)$`,
)
const noticePath = /^notice\/[a-z][a-z0-9-]{0,62}-v[1-9]\d{0,8}-[a-z]{2,3}(-[A-Z]{2})?\.(html|md|txt)$/

/** What a path of a dossier means. `stream` is null in the three folders whose stream the dossier's subject and controller decide. */
export type DossierPath =
  | { kind: 'single'; path: string }
  | { kind: 'notice'; path: string }
  | { kind: 'leaf'; folder: 'events' | 'catalogue' | 'keys' | 'streams'; stream: string | null; revision: bigint; file: string }

/** Reads a path strictly; null for anything that no dossier has. */
export const parseDossierPath = (path: string): DossierPath | null => {
  if (path === reachedFile || Object.values(dossierFiles).some((known) => known === path)) return { kind: 'single', path }
  if (noticePath.test(path)) return { kind: 'notice', path }
  const { folder, stream, revision: at, file } = leafPath.exec(path)?.groups ?? {}
  if (at === undefined || file === undefined) return null
  const within = folder === 'events' || folder === 'catalogue' || folder === 'keys' ? folder : 'streams'
  return { kind: 'leaf', folder: within, stream: stream ?? null, revision: BigInt(at), file }
}

const noticeEndings: Readonly<Record<string, string>> = { 'text/html': 'html', 'text/markdown': 'md' }

/** Path of the exact bytes of a notice. */
export const noticePathOf = (notice: { id: string; version: number; language: string; contentType: string }): string =>
  `notice/${notice.id}-v${notice.version}-${notice.language}.${noticeEndings[notice.contentType] ?? 'txt'}`

/** SHA-256, lower-case hex, of every file but the manifest itself and the statement that names it. RFC 8785. */
export const Manifest = z.strictObject({ v: z.literal(1), files: z.record(z.string(), Sha256Hex) })
export type Manifest = z.infer<typeof Manifest>

const Base64Hash = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)

/** RFC 6962 consistency proofs from the head of each size under which a leaf of the dossier is proven, up to the dossier's own tree. RFC 8785. */
export const Consistency = z.strictObject({ from: z.record(z.string().regex(/^[1-9]\d{0,18}$/), z.array(Base64Hash).max(64)) })
export type Consistency = z.infer<typeof Consistency>

const opening = { commitment: Sha256Hex, salt: z.string().regex(/^[A-Za-z0-9_-]+$/) }

/**
 * What was opened of one event: SHA-256(salt ‖ RFC 8785 bytes of value) is the commitment, which stands in its leaf. `n`: place in the leaf's
 * `data.identifiers`. `destroyed`: `identifiers/<n>` or the name of a field whose key is gone; what is in neither stayed closed. RFC 8785.
 */
export const Disclosures = z.strictObject({
  identifiers: z.array(z.strictObject({ n: z.int().min(0), scheme: z.string(), kind: IdentifierKind, value: z.string(), ...opening })),
  fields: z.record(z.string(), z.strictObject({ value: z.json(), ...opening })),
  destroyed: z.array(z.string()),
})
export type Disclosures = z.infer<typeof Disclosures>

/**
 * Whom the identifiers of the person reached when the proof was issued, as `ProofIssued` has it sealed in `data.reached`: SHA-256(salt ‖ RFC 8785 bytes of value)
 * is the commitment that stands in its leaf, which lies behind the tree of the dossier. `devices`: subject ids, sorted. RFC 8785.
 */
export const ReachedOpening = z.strictObject({
  value: z.strictObject({ devices: z.array(SubjectId), accounts: z.int().min(0) }),
  ...opening,
})
export type ReachedOpening = z.infer<typeof ReachedOpening>
