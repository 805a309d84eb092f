// `proof`: the proof of consent of one person, as files in a new directory.
import { createHash } from 'node:crypto'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Id, Language, LedgerError, Sha256Hex } from '@consent-ledger/domain'
import { z } from 'zod'
import { ask, type Ledger } from '../client.ts'
import type { Found } from './lookup.ts'

const Notice = z.looseObject({ id: Id, version: z.int(), language: Language, text: z.string(), contentType: z.string(), sha256: Sha256Hex })
const Answer = z.looseObject({
  proof: z.looseObject({
    id: z.string(),
    subjectId: z.string(),
    lastRevision: z.string(),
    notices: z.array(Notice),
    grade: z.looseObject({ present: z.int(), of: z.int() }),
  }),
})
type Proof = z.output<typeof Answer>['proof']

/** The one subject that was found. Errors: IDENTITY_CONFLICT if there are several: the caller must choose. */
export const onlySubject = (found: Found): string => {
  if (found.subjectId !== null) return found.subjectId
  const ids = found.subjects.map(({ subjectId, matched }) => `${subjectId} (${matched.join(', ')})`).join('; ')
  throw new LedgerError('IDENTITY_CONFLICT', `These identifiers reach several people; name one with --subject: ${ids}.`)
}

const extensions: Readonly<Record<string, string>> = { 'text/html': 'html', 'text/markdown': 'md' }

const noticeFile = (notice: Proof['notices'][number]): { name: string; text: string } => {
  const { id, version, language, text, contentType, sha256 } = notice
  if (createHash('sha256').update(text, 'utf8').digest('hex') !== sha256) {
    throw new LedgerError('INTEGRITY', `The text of notice ${id} version ${version} is not the one that its SHA-256 names.`)
  }
  return { name: `${id}-v${version}-${language}.${extensions[contentType] ?? 'txt'}`, text }
}

/** Makes `directory` for personal data: seen by its owner only. Whether it was made. Errors: ALREADY_DONE if something is in it. */
const prepare = async (directory: string): Promise<boolean> => {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  if ((await readdir(directory)).length > 0)
    throw new LedgerError('ALREADY_DONE', 'The directory of --out is not empty, and nothing is overwritten: name another one.')
  return made !== undefined
}

const write = (path: string, text: string): Promise<void> => writeFile(path, text, { flag: 'wx', mode: 0o600 })

/** `proof.json` comes last: a directory without it is not complete. */
const writeProof = async (directory: string, proof: Proof): Promise<string[]> => {
  const notices = proof.notices.map(noticeFile)
  if (notices.length > 0) await mkdir(join(directory, 'notices'), { mode: 0o700 })
  for (const { name, text } of notices) await write(join(directory, 'notices', name), text)
  await write(join(directory, 'proof.json'), `${JSON.stringify(proof, null, 2)}\n`)
  return [...notices.map(({ name }) => `notices/${name}`), 'proof.json']
}

type ProofOrder = { subjectId: string; reason: string; language?: string; out: string }
type ProofTaken = {
  proofId: string
  subjectId: string
  lastRevision: string
  grade: { present: number; of: number }
  files: string[]
}

/**
 * Takes the proof (which the ledger records, with the reason) and writes it to `out`: `proof.json`, and each text that was shown under `notices/`, byte for
 * byte. No file name holds an identifier. Errors: ALREADY_DONE if `out` is not empty; INTEGRITY if a text does not match its hash; those of the ledger.
 */
export const takeProof = async (ledger: Ledger, { subjectId, reason, language, out }: ProofOrder): Promise<ProofTaken> => {
  const made = await prepare(out)
  try {
    const body = { reason, ...(language === undefined ? {} : { language }) }
    const path = `/v1/subjects/${encodeURIComponent(subjectId)}/proofs`
    const { proof } = await ask(ledger, { method: 'POST', path, roles: ['legal', 'dpo'], body }, Answer)
    const files = await writeProof(out, proof)
    return { proofId: proof.id, subjectId, lastRevision: proof.lastRevision, grade: proof.grade, files }
  } catch (error) {
    if (made) await rmdir(out).catch(() => undefined)
    throw error
  }
}

export const describeTaken = (taken: ProofTaken, out: string): string[] => [
  `Proof ${taken.proofId} of subject ${taken.subjectId}, up to revision ${taken.lastRevision}, evidence ${taken.grade.present} of ${taken.grade.of}.`,
  ...taken.files.map((file) => `  ${join(out, file)}`),
  'These files hold personal data: keep them as long as the dispute needs, and no longer.',
]
