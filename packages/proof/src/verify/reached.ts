// Whom the identifiers of the person reached: the issuer's count, held against what lies in the dossier and against what the issue itself has sealed.
import { subjectStream, type Completeness } from '@consent-ledger/domain'
import { dossierFiles, reachedFile, ReachedOpening, type Disclosures } from '../dossier/format.ts'
import type { Proof } from '../proof.ts'
import { opensCommitment } from './disclosed.ts'
import { fileOf, type Files } from './files.ts'
import type { Findings } from './finding.ts'
import { readCanonical, readShape } from './form.ts'
import type { DossierLeaf } from './leaves.ts'

/** The opening as it lies in the dossier; null where nobody looked. Errors: FILE_MISSING, FILE_MALFORMED. */
export const readReached = (files: Files): ReachedOpening =>
  readShape(ReachedOpening, readCanonical(fileOf(files, reachedFile), reachedFile), reachedFile)

const disagree = (findings: Findings, where: string, message: string): void => findings.add('REACH_DISAGREES', where, message)

/** Every device that was reached is carried, or is counted as one of which nothing is below the tree head. Finds REACH_DISAGREES. */
const checkCounts = ({ reached, streams, others }: Completeness, counted: Proof['otherSubjects'], findings: Findings): void => {
  const where = dossierFiles.statement
  if (reached?.devices !== counted?.device || reached?.accounts !== counted?.account)
    disagree(findings, where, 'The statement counts other streams that the identifiers reach than the report does.')
  const carried = streams.length - 1
  const later = others.reduce((sum, { count, reason }) => sum + (reason === 'device-unpublished' ? (count ?? 0) : 0), 0)
  if (carried + later !== (reached?.devices ?? 0))
    disagree(
      findings,
      where,
      `The identifiers reached ${reached?.devices ?? 'an unknown number of'} device(s); ${carried} lie in the dossier, and ${later} are said to have nothing below its tree head.`,
    )
}

/** Finds REACH_DISAGREES, FILE_MISSING, FILE_MALFORMED. */
const checkOpening = (files: Files, { reached, streams }: Completeness, findings: Findings): void => {
  if (reached === null) {
    if (files.has(reachedFile)) disagree(findings, reachedFile, 'Nobody looked whom the identifiers reach, and here it is told.')
    return
  }
  const opening = findings.attempt(() => readReached(files))
  if (opening === null) return
  const { devices, accounts } = opening.value
  const carried = streams.slice(1).map(({ stream }) => stream)
  const named = new Set(devices.map((id) => subjectStream(id)))
  if (!opensCommitment(opening.commitment, opening)) disagree(findings, reachedFile, 'This does not open the commitment that it names.')
  if (named.size !== devices.length || devices.length !== reached.devices || accounts !== reached.accounts)
    disagree(findings, reachedFile, 'The statement counts other streams than were found when the proof was issued.')
  if (!carried.every((stream) => named.has(stream)))
    disagree(findings, reachedFile, 'A stream lies in the dossier that no identifier reached.')
}

/** Identifiers of the person that stayed closed although their key is there: by those nobody can have looked for other streams. */
const isClosed = ({ event }: DossierLeaf, file: Disclosures | undefined): boolean => {
  const held = event.data['identifiers']
  if (!Array.isArray(held)) return false
  return held.some(
    (_, n) => file?.identifiers.every((one) => one.n !== n) !== false && file?.destroyed.includes(`identifiers/${n}`) !== true,
  )
}

/**
 * `own`: the leaves of the person's own stream; `disclosed`: by event id; `counted`: as the report has it. Finds REACH_DISAGREES, REACH_UNFOUNDED,
 * FILE_MISSING, FILE_MALFORMED. That the opening is the one that `ProofIssued` sealed shows only with the entries.
 */
export const checkReached = (
  files: Files,
  given: { said: Completeness; own: readonly DossierLeaf[]; disclosed: ReadonlyMap<string, Disclosures>; counted: Proof['otherSubjects'] },
  findings: Findings,
): void => {
  const { said, own, disclosed, counted } = given
  checkCounts(said, counted, findings)
  checkOpening(files, said, findings)
  const opened = own.some(({ event }) => (disclosed.get(event.id)?.identifiers.length ?? 0) > 0)
  if (said.reached === null && opened)
    disagree(findings, dossierFiles.statement, 'Identifiers are opened, and nobody is said to have looked whom they reach.')
  for (const leaf of own)
    if ((said.reached !== null || counted !== null) && isClosed(leaf, disclosed.get(leaf.event.id)))
      findings.add('REACH_UNFOUNDED', leaf.folder)
}
