// The texts that were shown: each file byte for byte the one whose SHA-256 was sealed when it was published.
import { createHash } from 'node:crypto'
import type { ControllerFact } from '@consent-ledger/domain'
import { noticePathOf } from '../dossier/format.ts'
import type { Files, KnownPath } from './files.ts'
import type { Findings } from './finding.ts'
import { asRecorded } from './leaf.ts'
import type { DossierLeaf } from './leaves.ts'

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Texts that the catalogue publishes: SHA-256 of each by its path in the dossier. That none has two is for `catalogue.ts`. */
const published = (leaves: readonly DossierLeaf[]): Map<string, string> => {
  const hashes = new Map<string, string>()
  for (const { event } of leaves) {
    const fact = asRecorded(event) as unknown as ControllerFact
    if (fact.type !== 'NoticePublished') continue
    hashes.set(noticePathOf(fact.data), fact.data.sha256)
  }
  return hashes
}

/**
 * Holds the files of notices against the catalogue. `catalogue`: its leaves. Finds NOTICE_REPLACED, also for a text that the catalogue does not know. That
 * every text that was shown is there follows from the report, which names each.
 */
export const checkNotices = (files: Files, paths: readonly KnownPath[], catalogue: readonly DossierLeaf[], findings: Findings): void => {
  const known = published(catalogue)
  for (const { kind, path } of paths) {
    if (kind !== 'notice') continue
    if (sha256(files.get(path) ?? '') !== known.get(path)) findings.add('NOTICE_REPLACED', path)
  }
}
