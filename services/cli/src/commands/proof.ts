// `proof`: the dossier of one person, as it came and unpacked, in a new directory.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LedgerError, Sha256Hex } from '@consent-ledger/domain'
import { dossierFiles, parseDossierPath } from '@consent-ledger/proof'
import { unzipSync } from 'fflate'
import { z } from 'zod'
import { download, type Ledger } from '../client.ts'
import { Refused } from '../problem.ts'
import type { Found } from './lookup.ts'

const Manifest = z.object({ files: z.record(z.string(), Sha256Hex) })
const Report = z.looseObject({
  proof: z.looseObject({
    id: z.string(),
    lastRevision: z.string(),
    grade: z.looseObject({ present: z.int(), of: z.int() }),
  }),
  log: z.looseObject({ size: z.string(), independentTime: z.boolean() }),
  unpublished: z.int(),
})
type Report = z.output<typeof Report>

/** The zip beside what was in it. */
const zipFile = 'dossier.zip'

/** The one subject that was found. Errors: IDENTITY_CONFLICT if there are several: the caller must choose. */
export const onlySubject = (found: Found): string => {
  if (found.subjectId !== null) return found.subjectId
  const ids = found.subjects.map(({ subjectId, matched }) => `${subjectId} (${matched.join(', ')})`).join('; ')
  throw new LedgerError('IDENTITY_CONFLICT', `These identifiers reach several people; name one with --subject: ${ids}.`)
}

/** Makes `directory` for personal data: seen by its owner only. Whether it was made. Errors: ALREADY_DONE if something is in it. */
const prepare = async (directory: string): Promise<boolean> => {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  if ((await readdir(directory)).length > 0)
    throw new LedgerError('ALREADY_DONE', 'The directory of --out is not empty, and nothing is overwritten: name another one.')
  return made !== undefined
}

type Files = ReadonlyMap<string, Uint8Array>

const broken = (what: string, cause?: unknown): LedgerError => new LedgerError('INTEGRITY', `The dossier ${what}.`, { cause })

const jsonOf = <T extends z.ZodType>(files: Files, path: string, schema: T): z.output<T> => {
  try {
    return schema.parse(JSON.parse(Buffer.from(files.get(path) ?? []).toString('utf8')))
  } catch (cause) {
    throw broken(`has no ${path} of its form`, cause)
  }
}

/** What is in the zip: paths that a dossier has, each with the bytes that its manifest names. This is no verification: that is `ledger-verify`'s. */
const unpack = (zip: Uint8Array): Files => {
  const files = new Map(Object.entries(unzipSync(zip)))
  const { files: hashes } = jsonOf(files, dossierFiles.manifest, Manifest)
  for (const [path, bytes] of files) {
    if (parseDossierPath(path) === null) throw broken('has a file that no dossier has')
    if (path === dossierFiles.manifest || path === dossierFiles.statement) continue
    if (createHash('sha256').update(bytes).digest('hex') !== hashes[path]) throw broken(`has another ${path} than its manifest says`)
  }
  return files
}

const write = async (directory: string, path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(dirname(join(directory, path)), { recursive: true, mode: 0o700 })
  await writeFile(join(directory, path), bytes, { flag: 'wx', mode: 0o600 })
}

/** The zip comes last: a directory without it is not complete. */
const writeAll = async (directory: string, files: Files, zip: Uint8Array): Promise<string[]> => {
  for (const [path, bytes] of files) await write(directory, path, bytes)
  await write(directory, zipFile, zip)
  return [...files.keys(), zipFile].sort()
}

const notYet = (error: unknown): boolean => error instanceof Refused && error.body.code === 'NOT_PUBLISHED'

/** The ledger waits two seconds for its log each time it is asked; this asks five times. One key, so that however often it is asked one proof is on record. */
const patiently = async (take: (idempotencyKey: string) => Promise<Uint8Array>): Promise<Uint8Array> => {
  const idempotencyKey = randomUUID()
  for (let left = 4; ; left--) {
    try {
      return await take(idempotencyKey)
    } catch (error) {
      if (left === 0 || !notYet(error)) throw error
    }
  }
}

type ProofOrder = { subjectId: string; reason: string; language?: string; out: string }
type ProofTaken = {
  proofId: string
  subjectId: string
  lastRevision: string
  treeSize: string
  unpublished: number
  independentTime: boolean
  grade: Report['proof']['grade']
  files: string[]
}

/**
 * Takes the dossier (which the ledger records, with the reason) and writes it to `out`: `dossier.zip` and what is in it, byte for byte. No file name holds an
 * identifier. Errors: ALREADY_DONE if `out` is not empty; INTEGRITY for a dossier that is not what its manifest says; those of the ledger.
 */
export const takeProof = async (ledger: Ledger, { subjectId, reason, language, out }: ProofOrder): Promise<ProofTaken> => {
  const made = await prepare(out)
  try {
    const body = { reason, ...(language === undefined ? {} : { language }) }
    const path = `/v1/subjects/${encodeURIComponent(subjectId)}/proofs`
    const zip = await patiently((idempotencyKey) =>
      download(ledger, { method: 'POST', path, roles: ['legal', 'dpo'], body, idempotencyKey }, 'application/zip'),
    )
    const files = unpack(zip)
    const { proof, log, unpublished } = jsonOf(files, dossierFiles.report, Report)
    const { size: treeSize, independentTime } = log
    const { id: proofId, lastRevision, grade } = proof
    const written = await writeAll(out, files, zip)
    return { proofId, subjectId, lastRevision, treeSize, unpublished, independentTime, grade, files: written }
  } catch (error) {
    if (made) await rmdir(out).catch(() => undefined)
    throw error
  }
}

export const describeTaken = (taken: ProofTaken, out: string): string[] => [
  `Proof ${taken.proofId} of subject ${taken.subjectId}, up to revision ${taken.lastRevision}, evidence ${taken.grade.present} of ${taken.grade.of}.`,
  ...(taken.unpublished === 0
    ? []
    : [`${taken.unpublished} recorded after that and not yet in the published log: counted in it, not shown.`]),
  ...(taken.independentTime ? [] : ['NO_INDEPENDENT_TIME: no cosignature of a witness was verified, so nobody else vouches for when.']),
  ...[dossierFiles.page, dossierFiles.readme, zipFile].map((file) => `  ${join(out, file)}`),
  `Check it as a stranger would: ledger-verify ${join(out, zipFile)} --key FILE, or python3 ${join(out, dossierFiles.script)} KEY.`,
  'These files hold personal data: keep them as long as the dispute needs, and no longer.',
]
