// A dossier beside the entries of the log: below its tree head the two must hold the same events of each of its streams.
import { leafHash, sameBytes } from '@consent-ledger/tlog'
import type { Findings } from '../finding.ts'
import type { StatedHead } from '../sealed.ts'
import type { Examined } from '../verify.ts'
import { compareIssue } from './issue.ts'
import type { Read } from './scan.ts'

const placeOf = ({ stream, revision }: { stream: string; revision: bigint }): string => `${stream} ${revision}`

/**
 * Holds the dossier's events against those of the entries. Finds HEAD_OLDER if the entries end before the dossier's tree, LOG_FORKED if that is not the
 * beginning of theirs, DOSSIER_DIFFERS for an event that only one of them has, or has otherwise, and what `compareIssue` does.
 */
export const compareDossier = ({ dossier, log }: Examined, head: StatedHead, read: Read, findings: Findings): void => {
  if (log === null) return
  const { latest } = log
  if (latest.size > head.size) {
    findings.add('HEAD_OLDER', head.where, 'The entries end before the tree of the dossier: get newer ones.')
    return
  }
  if (read.rootAt === null || !sameBytes(read.rootAt, latest.root)) {
    findings.add('LOG_FORKED', head.where, 'The tree of the dossier is not the beginning of the one that these entries make.')
    return
  }
  const carried = new Map(dossier.leaves.map(({ place, bytes }) => [placeOf(place), Buffer.from(leafHash(bytes)).toString('hex')]))
  for (const scanned of read.events) {
    if (scanned.leafIndex >= latest.size) continue
    const place = placeOf(scanned.event)
    if (carried.get(place) !== scanned.hash)
      findings.add(
        'DOSSIER_DIFFERS',
        scanned.event.stream,
        `Event ${scanned.event.revision} of ${scanned.event.stream} lies in the log and not, or otherwise, in the dossier.`,
      )
    carried.delete(place)
  }
  for (const place of carried.keys())
    findings.add('DOSSIER_DIFFERS', place, `Event ${place} lies in the dossier and not below its tree head in the log.`)
  compareIssue(dossier, read.events, findings)
}
