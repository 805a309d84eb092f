// What was opened of sealed data: each value against the commitment that its event has carried since it was recorded.
import { createHash } from 'node:crypto'
import { canonicalJson, LedgerError, type Json } from '@consent-ledger/domain'
import { Disclosures, leafFiles } from '../dossier/format.ts'
import { heldInAll, type Held } from '../held.ts'
import type { Files } from './files.ts'
import type { Findings } from './finding.ts'
import { readCanonical, readShape } from './form.ts'
import { asRecorded } from './leaf.ts'
import type { DossierLeaf } from './leaves.ts'

/** DESIGN §7: a salt has 32 random bytes. */
const saltLength = 32

/** SHA-256(salt ‖ RFC 8785 bytes of the value) is the commitment. `salt`: base64url in its one spelling. */
export const opensCommitment = (commitment: string, { value, salt }: { value: Json; salt: string }): boolean => {
  const bytes = Buffer.from(salt, 'base64url')
  if (bytes.length !== saltLength || bytes.toString('base64url') !== salt) return false
  try {
    return createHash('sha256').update(bytes).update(canonicalJson(value), 'utf8').digest('hex') === commitment
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

const nothing: Held = { identifiers: [], fields: [] }

const checkIdentifiers = (file: Disclosures, held: Held, where: string, findings: Findings): void => {
  for (const shown of file.identifiers) {
    const sealed = held.identifiers[shown.n]?.identifier
    if (sealed === undefined) findings.add('DISCLOSURE_STRAY', where)
    else if (
      sealed.scheme !== shown.scheme ||
      sealed.kind !== shown.kind ||
      sealed.commitment !== shown.commitment ||
      !opensCommitment(sealed.commitment, shown)
    )
      findings.add('IDENTIFIER_NOT_COMMITTED', where, `Identifier ${shown.n} (${sealed.scheme}) does not open the commitment in its event.`)
  }
}

const checkFields = (file: Disclosures, held: Held, where: string, findings: Findings): void => {
  for (const [name, shown] of Object.entries(file.fields)) {
    const sealed = held.fields.find((field) => field.name === name)?.sealed
    if (sealed === undefined) findings.add('DISCLOSURE_STRAY', where)
    else if (sealed.commitment !== shown.commitment || !opensCommitment(sealed.commitment, shown))
      findings.add('DISCLOSURE_REPLACED', where, `The value of ${name} does not open the commitment in its event.`)
  }
}

/** Names in `destroyed` that the event does not hold, or that are opened all the same; and one identifier opened twice. */
const checkNames = (file: Disclosures, held: Held, where: string, findings: Findings): void => {
  const shown = [...file.identifiers.map(({ n }) => `identifiers/${n}`), ...Object.keys(file.fields), ...file.destroyed]
  const known = new Set([...held.identifiers.map((_, n) => `identifiers/${n}`), ...held.fields.map(({ name }) => name)])
  const stray = file.destroyed.some((name) => !known.has(name))
  if (stray || new Set(shown).size !== shown.length) findings.add('DISCLOSURE_STRAY', where)
}

/**
 * What was opened, by event id. `leaves`: of one stream, in order. Finds IDENTIFIER_NOT_COMMITTED, DISCLOSURE_REPLACED, DISCLOSURE_STRAY,
 * FILE_MALFORMED, and DESTROYED_BY_WORD once.
 * The files are given back whether they hold or not, so that the report is judged on the same words.
 */
export const readDisclosures = (files: Files, leaves: readonly DossierLeaf[], findings: Findings): Map<string, Disclosures> => {
  const held = heldInAll(leaves.map(({ event }) => asRecorded(event)))
  const read = new Map<string, Disclosures>()
  for (const { folder, event } of leaves) {
    const where = `${folder}/${leafFiles.disclosures}`
    const bytes = files.get(where)
    const file = bytes && findings.attempt(() => readShape(Disclosures, readCanonical(bytes, where), where))
    if (!file) continue
    const inEvent = held.get(event.id) ?? nothing
    checkIdentifiers(file, inEvent, where, findings)
    checkFields(file, inEvent, where, findings)
    checkNames(file, inEvent, where, findings)
    read.set(event.id, file)
  }
  const destroyed = [...read.values()].reduce((sum, file) => sum + file.destroyed.length, 0)
  if (destroyed > 0)
    findings.add(
      'DESTROYED_BY_WORD',
      leaves[0]?.place.stream ?? '',
      `${destroyed} value(s) are said to be destroyed. That is the word of the issuer: nothing shows it.`,
    )
  return read
}

/** Only events of a person hold sealed data of a person: a file of openings anywhere else opens nothing. Finds DISCLOSURE_STRAY. */
export const refuseStrayDisclosures = (files: Files, leaves: readonly DossierLeaf[], findings: Findings): void => {
  for (const { part, folder } of leaves) {
    const where = `${folder}/${leafFiles.disclosures}`
    if ((part === 'catalogue' || part === 'keys') && files.has(where)) findings.add('DISCLOSURE_STRAY', where)
  }
}
