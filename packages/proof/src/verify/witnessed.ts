// Who else saw the tree, and when: the cosignatures of witnesses that the expert's policy names.
import { iso, ms } from '@consent-ledger/domain'
import { meetsQuorum, openTreeHead, TlogError, type Cosignature, type Policy } from '@consent-ledger/tlog'
import { cosignaturesIn } from '../dossier/cosignatures.ts'
import { dossierFiles } from '../dossier/format.ts'
import type { DossierReport } from '../dossier/report.ts'
import { codes } from './codes.ts'
import type { Findings } from './finding.ts'
import type { Log } from './heads.ts'
import type { StatedHead } from './sealed.ts'
import type { SeenTree } from './times.ts'

/** `time`: RFC 3339, by the witness's clock: then at the latest everything below the head was in the log. */
export type Witnessed = { witness: string; time: string; size: string }

/** A witness may write any 64-bit number; no calendar has them all. */
const instant = (seconds: bigint): string => (seconds <= 8_640_000_000_000n ? iso(Number(seconds) * 1000) : `${seconds} s after 1970`)

/** Cosignatures of the policy's witnesses. Finds COSIGNATURE_FORGED if one of them is not of this head. */
const cosigned = (head: StatedHead, { keys }: Log, policy: Policy, findings: Findings): Cosignature[] => {
  const log = keys.map(({ verifier }) => verifier)
  try {
    return openTreeHead(
      head.note,
      log,
      policy.witnesses.map(({ verifier }) => verifier),
    ).cosignatures
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add('COSIGNATURE_FORGED', head.where)
    return []
  }
}

/** What the report tells as cosigned, each entry against one of the policy's witnesses. Finds COSIGNATURE_UNKNOWN. */
const checkTold = (told: DossierReport['log']['cosignatures'], said: readonly Cosignature[], findings: Findings): void => {
  const left = said.map(({ name, time }) => `${name} ${instant(time)}`)
  for (const { name, time } of told) {
    const at = left.indexOf(`${name} ${time}`)
    if (at === -1)
      findings.add(
        'COSIGNATURE_UNKNOWN',
        dossierFiles.report,
        `No witness of your policy signed as ${name} at ${time}; the report says so.`,
      )
    else left.splice(at, 1)
  }
}

/**
 * Judges the cosignatures of the dossier's head by the expert's policy; without one none is believed. `told`: those that the report tells as verified. Returns
 * what witnesses of the policy said, of each head, smallest tree first. Finds NO_INDEPENDENT_TIME, WITNESSES_NOT_JUDGED, POLICY_NOT_MET, COSIGNATURE_FORGED,
 * COSIGNATURE_UNKNOWN.
 */
export const checkWitnesses = (
  log: Log,
  policy: Policy | null,
  told: DossierReport['log']['cosignatures'],
  findings: Findings,
): Witnessed[] => {
  const { latest } = log
  if (policy === null) {
    findings.add('NO_INDEPENDENT_TIME', latest.where)
    const word = told.length === 0 ? '' : ` That the report tells of ${told.map(({ name }) => name).join(', ')} is the issuer's word.`
    if (cosignaturesIn(latest.note).length > 0) findings.add('WITNESSES_NOT_JUDGED', latest.where, codes.WITNESSES_NOT_JUDGED.means + word)
    return []
  }
  const names = new Map(policy.witnesses.map(({ name, verifier }) => [verifier.vkey, name]))
  const ofLatest = cosigned(latest, log, policy, findings)
  checkTold(told, ofLatest, findings)
  if (ofLatest.length === 0) findings.add('NO_INDEPENDENT_TIME', latest.where)
  if (!meetsQuorum(policy, new Set(ofLatest.map(({ vkey }) => vkey)))) findings.add('POLICY_NOT_MET', latest.where)
  const earlier = log.heads
    .filter(({ note }) => note !== latest.note)
    .map((head) => ({ head, said: cosigned(head, log, policy, findings) }))
  return [...earlier, { head: latest, said: ofLatest }]
    .toSorted((a, b) => (a.head.size < b.head.size ? -1 : 1))
    .flatMap(({ head, said }) =>
      said.map(({ vkey, name, time }) => ({ witness: names.get(vkey) ?? name, time: instant(time), size: `${head.size}` })),
    )
}

/** The same as times that can be compared; a time that no calendar has is left out. */
export const seenTrees = (witnessed: readonly Witnessed[]): SeenTree[] =>
  witnessed.map(({ witness, time, size }) => ({ witness, size: BigInt(size), at: ms(time) })).filter(({ at }) => !Number.isNaN(at))
