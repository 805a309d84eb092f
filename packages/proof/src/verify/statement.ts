// The statement of completeness: signed by the key that the log names for it, about this dossier, and kept to by it.
import { LedgerError, subjectStream, parseCompleteness, statementKeyName, type Completeness } from '@consent-ledger/domain'
import { openNote, parseNote, sameBytes, TlogError, type Verifier } from '@consent-ledger/tlog'
import { dossierFiles } from '../dossier/format.ts'
import { statementKey } from './accepted.ts'
import { fileOf, manifestHash, type Files } from './files.ts'
import { VerifyError, type Findings } from './finding.ts'
import { readText } from './form.ts'
import type { Log } from './heads.ts'

const where = dossierFiles.statement

/** `note`: the whole file. `said`: what its text says, whoever signed it. */
export type Statement = { note: string; said: Completeness }

/** Reads the statement; its signature is not looked at. Errors: FILE_MISSING, FILE_MALFORMED. */
export const readStatement = (files: Files): Statement => {
  const note = readText(fileOf(files, where), where)
  try {
    return { note, said: parseCompleteness(parseNote(note).text) }
  } catch (error) {
    if (!(error instanceof TlogError) && !(error instanceof LedgerError)) throw error
    throw new VerifyError('FILE_MALFORMED', where, 'The statement of completeness does not have its form.', { cause: error })
  }
}

/** No check rests on the two key files; they must not mislead all the same. Finds KEY_FILE_FORGED. */
const checkKeyFile = (files: Files, path: string, key: Verifier | null, findings: Findings): void => {
  const bytes = files.get(path)
  if (bytes && Buffer.from(bytes).toString('utf8') !== `${key?.vkey ?? ''}\n`) findings.add('KEY_FILE_FORGED', path)
}

/** Finds STATEMENT_KEY_UNKNOWN, STATEMENT_FORGED, KEY_FILE_FORGED. */
const checkSignature = (files: Files, { note }: Statement, { latest, sealed }: Log, findings: Findings): void => {
  const key = statementKey(
    sealed.filter(({ part }) => part === 'keys'),
    statementKeyName(latest.origin),
  )
  if (key === null) {
    findings.add('STATEMENT_KEY_UNKNOWN', where, 'The log names no key for statements below the tree head of the dossier.')
    return
  }
  checkKeyFile(files, dossierFiles.statementKey, key, findings)
  try {
    openNote(note, [key])
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add(error.code === 'SIGNATURE_MISSING' ? 'STATEMENT_KEY_UNKNOWN' : 'STATEMENT_FORGED', where)
  }
}

/**
 * Checks who signed the statement and what it is about. `ledgerLeaves`: how many events of the ledger's own stream the dossier has. `controllerId`: of the person's events. Finds STATEMENT_FORGED,
 * STATEMENT_KEY_UNKNOWN, STATEMENT_DISAGREES, MANIFEST_CHANGED, KEY_FILE_FORGED.
 */
export const checkStatement = (
  {
    files,
    statement,
    controllerId,
    ledgerLeaves,
  }: { files: Files; statement: Statement; controllerId: string | null; ledgerLeaves: number },
  log: Log,
  findings: Findings,
): void => {
  const { said } = statement
  // Where an event of that stream does not hold, that is the finding; which key signs is then not known.
  if (ledgerLeaves === log.sealed.filter(({ part }) => part === 'keys').length) checkSignature(files, statement, log, findings)
  checkKeyFile(files, dossierFiles.logKey, log.signedBy, findings)
  const { latest } = log
  if (said.origin !== latest.origin || said.size !== latest.size || !sameBytes(said.root, latest.root))
    findings.add('STATEMENT_DISAGREES', where, 'The statement of completeness is about another tree than the dossier.')
  if (said.streams[0]?.stream !== subjectStream(said.subjectId))
    findings.add('STATEMENT_DISAGREES', where, "The statement of completeness does not begin with the person's own stream.")
  if (controllerId !== null && said.catalogue.controllerId !== controllerId)
    findings.add(
      'STATEMENT_DISAGREES',
      where,
      "The statement of completeness counts another controller's stream than that of the person's events.",
    )
  if (said.manifest !== findings.attempt(() => manifestHash(files))) findings.add('MANIFEST_CHANGED', dossierFiles.manifest)
}
