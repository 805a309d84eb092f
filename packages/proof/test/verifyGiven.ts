// Forgers at work on a dossier: an outsider who has only the file, and the ledger itself, which also has its keys.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { canonicalJson, type Json, formatCompleteness, parseCompleteness, type Completeness } from '@consent-ledger/domain'
import { parseNote, signNote, type Signer } from '@consent-ledger/tlog'
import { zipOf } from '../src/dossier/zip.ts'
import { readArchive } from '../src/verify/archive.ts'
import type { VerifyCode } from '../src/verify/codes.ts'
import { verifyDossier, type Trusted, type Verdict } from '../src/verify/verify.ts'
import type { World } from './dossierGiven.ts'

export type Forged = Map<string, Uint8Array>
export type Edit = (files: Forged) => void
export type Made = World & { zip: Uint8Array }

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
export const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8')

export const textOf = (files: ReadonlyMap<string, Uint8Array>, path: string): string => {
  const bytes = files.get(path)
  assert.ok(bytes, `the dossier has no ${path}`)
  return Buffer.from(bytes).toString('utf8')
}

/** Writes a JSON file of the dossier anew. `edit` is handed the parsed value and may change it. */
export const editJson = (files: Forged, path: string, edit: (value: never) => void): void => {
  const value: Json = JSON.parse(textOf(files, path))
  edit(value as never)
  files.set(path, utf8(canonicalJson(value)))
}

/** One byte in the middle of a file, another one. */
export const flipByte = (files: Forged, path: string): void => {
  const bytes = Buffer.from(files.get(path) ?? [])
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  files.set(path, bytes)
}

/** What an outsider makes of it: files changed, nothing signed. */
export const tamper = async (zip: Uint8Array, edit: Edit): Promise<Uint8Array> => {
  const files = await readArchive(zip)
  edit(files)
  return zipOf(files)
}

const manifestOf = (files: Forged): string => {
  const listed = [...files].filter(([path]) => path !== 'manifest.json' && path !== 'completeness.note')
  return canonicalJson({ v: 1, files: Object.fromEntries(listed.map(([path, bytes]) => [path, sha256(bytes)])) })
}

/** Manifest made anew, and the text of the statement that names it. */
export const remadeManifest = (files: Forged, said: (before: Completeness) => Completeness = (before) => before): string => {
  const manifest = manifestOf(files)
  files.set('manifest.json', utf8(manifest))
  const before = parseCompleteness(parseNote(textOf(files, 'completeness.note')).text)
  return formatCompleteness({ ...said(before), manifest: sha256(manifest) })
}

/** What the ledger itself could hand out if it lied: files changed, manifest made anew, the statement signed again by its true key. */
export const lie = async (
  { zip, keys }: Pick<Made, 'zip' | 'keys'>,
  edit: Edit,
  { said, signer = keys.statement }: { said?: (before: Completeness) => Completeness; signer?: Signer } = {},
): Promise<Uint8Array> => {
  const files = await readArchive(zip)
  edit(files)
  files.set('completeness.note', utf8(signNote(remadeManifest(files, said), signer)))
  return zipOf(files)
}

/** Codes of the findings that reject, each once, sorted. */
export const errorsOf = ({ findings }: Verdict): VerifyCode[] =>
  [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code))].sort()
export const warningsOf = ({ findings }: Verdict): VerifyCode[] =>
  findings.filter(({ severity }) => severity === 'warning').map(({ code }) => code)

/** The dossier is rejected for exactly these reasons. */
export const rejects = async (zip: Uint8Array, trusted: Trusted, ...codes: VerifyCode[]): Promise<Verdict> => {
  const verdict = await verifyDossier(zip, trusted)
  assert.deepEqual(errorsOf(verdict), codes.toSorted(), JSON.stringify(verdict.findings, null, 1))
  assert.equal(verdict.accepted, false)
  return verdict
}

export const accepts = async (zip: Uint8Array, trusted: Trusted): Promise<Verdict> => {
  const verdict = await verifyDossier(zip, trusted)
  assert.deepEqual(errorsOf(verdict), [], JSON.stringify(verdict.findings, null, 1))
  assert.equal(verdict.accepted, true)
  return verdict
}
