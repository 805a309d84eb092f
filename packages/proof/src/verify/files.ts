// The files of a dossier, each known by its path, and each the one that the manifest names.
import { createHash } from 'node:crypto'
import { dossierFiles, leafFiles, Manifest, parseDossierPath, type DossierPath } from '../dossier/format.ts'
import { VerifyError, type Findings } from './finding.ts'
import { readCanonical, readShape } from './form.ts'

export type Files = ReadonlyMap<string, Uint8Array>

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** One file that must be there. Errors: FILE_MISSING. */
export const fileOf = (files: Files, path: string): Uint8Array => {
  const bytes = files.get(path)
  if (bytes === undefined) throw new VerifyError('FILE_MISSING', path)
  return bytes
}

export type KnownPath = DossierPath & { path: string }

/** The paths of the dossier as the format knows them. Finds FILE_UNKNOWN, and FILE_MISSING for what each dossier has and for half of an event. */
export const knownPaths = (files: Files, findings: Findings): KnownPath[] => {
  const known = [...files.keys()].flatMap((path): KnownPath[] => {
    const read = parseDossierPath(path)
    if (read === null) findings.add('FILE_UNKNOWN', path)
    return read === null ? [] : [{ ...read, path }]
  })
  const folders = new Set(known.flatMap((one) => (one.kind === 'leaf' ? [one.path.slice(0, one.path.lastIndexOf('/'))] : [])))
  const needed = [...Object.values(dossierFiles), ...[...folders].flatMap((at) => [`${at}/${leafFiles.leaf}`, `${at}/${leafFiles.proof}`])]
  for (const path of needed) if (!files.has(path)) findings.add('FILE_MISSING', path)
  return known
}

const outsideManifest: readonly string[] = [dossierFiles.manifest, dossierFiles.statement]

/** Holds each file against the manifest, and the manifest against the files. Finds FILE_CHANGED, FILE_MISSING, FILE_UNLISTED. Errors: FILE_MISSING, FILE_MALFORMED. */
export const checkManifest = (files: Files, findings: Findings): void => {
  const bytes = fileOf(files, dossierFiles.manifest)
  const listed = new Map(Object.entries(readShape(Manifest, readCanonical(bytes, dossierFiles.manifest), dossierFiles.manifest).files))
  for (const [path, hash] of listed) {
    const found = files.get(path)
    if (found === undefined) findings.add('FILE_MISSING', path, 'The manifest lists this file, and it is not there.')
    else if (sha256(found) !== hash) findings.add('FILE_CHANGED', path)
  }
  for (const path of files.keys()) if (!listed.has(path) && !outsideManifest.includes(path)) findings.add('FILE_UNLISTED', path)
}

/** SHA-256, hex, of the manifest as it lies in the dossier: what the signed statement must name. */
export const manifestHash = (files: Files): string => sha256(fileOf(files, dossierFiles.manifest))
