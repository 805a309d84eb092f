// The 20 fields that a proof of consent must show (LAW.md §1), each with its source and its rule: the evidence grade.
import type { ProofRecord } from '../record.ts'
import type { ReportLanguage } from '../plain/sentences.ts'
import { howAnswered, positiveAct, refusingAsEasy, toolAuthentic, whenAnswered } from './act.ts'
import type { Bilingual, Finding, Rule } from './finding.ts'
import { dataKindsNamed, informationShown, purposeByItself, recipientsNamed, withdrawalAnnounced } from './information.ts'
import { keepingGrounded, minimised, noesKept, sealedAndWhole, stateKnown, validityFixed } from './keeping.ts'
import { ageOrAuthority, controllerNamed, thirdPartyProof, whoAgreed } from './who.ts'

type Field = Bilingual & { source: string; rule: Rule }

/** In the order of LAW.md §1: field n is at n − 1. */
const fields: readonly Field[] = [
  { fr: 'Qui a consenti', en: 'Who agreed', source: 'GDPR 7(1), rec. 42; EDPB 05/2020 ¶104–107', rule: whoAgreed },
  {
    fr: 'Identité et contact du responsable',
    en: "Controller's identity and contact",
    source: 'GDPR rec. 42, 13(1)(a); EDPB 05/2020 ¶64(i)',
    rule: controllerNamed,
  },
  {
    fr: 'Chaque finalité séparément',
    en: 'Each purpose by itself',
    source: 'GDPR 4(11), 6(1)(a); EDPB 05/2020 ¶42–45',
    rule: purposeByItself,
  },
  { fr: 'Catégories de données', en: 'Kinds of data', source: 'EDPB 05/2020 ¶64(iii)', rule: dataKindsNamed },
  { fr: 'Destinataires et transferts', en: 'Recipients and transfers', source: 'GDPR 13(1)(e)(f), 13(2)(f)', rule: recipientsNamed },
  {
    fr: "Copie de l'information montrée",
    en: 'Copy of the information shown',
    source: 'EDPB 05/2020 ¶108; GDPR 7(2), 12(1)',
    rule: informationShown,
  },
  { fr: 'Droit de retrait annoncé', en: 'Right to withdraw announced', source: 'GDPR 7(3), 13(2)(c)', rule: withdrawalAnnounced },
  { fr: 'Acte positif clair', en: 'Clear positive act', source: 'GDPR 4(11), rec. 32; CJEU C-61/19, C-673/17', rule: positiveAct },
  { fr: 'Refuser était aussi simple', en: 'Refusing was as easy', source: 'CNIL 2020-091, 2020-092; LIL 82', rule: refusingAsEasy },
  { fr: 'Quand', en: 'When', source: 'EDPB 05/2020 ¶108', rule: whenAnswered },
  { fr: 'Comment : session, parcours', en: 'How: session, workflow', source: 'EDPB 05/2020 ¶108', rule: howAnswered },
  { fr: 'État, et caractère explicite', en: 'State, and whether explicit', source: 'GDPR 9(2)(a)', rule: stateKnown },
  { fr: 'Durée de validité et son fondement', en: 'Validity and its ground', source: 'EDPB 05/2020 ¶110–111', rule: validityFixed },
  { fr: 'Refus et retraits datés', en: 'Refusals and withdrawals with their times', source: 'GDPR 7(3)', rule: noesKept },
  { fr: 'Preuve du tiers collecteur', en: 'Proof of a third party that collected', source: 'CNIL 2020-092', rule: thirdPartyProof },
  { fr: "Authenticité de l'outil de collecte", en: 'Authenticity of the collecting tool', source: 'CNIL 2020-092', rule: toolAuthentic },
  { fr: 'Âge ou autorité parentale', en: 'Age or parental authority', source: 'GDPR 8; LIL 45', rule: ageOrAuthority },
  {
    fr: 'Durée de conservation de la preuve et motif',
    en: 'How long the proof is kept, and why',
    source: 'EDPB 05/2020 ¶107; GDPR 17(3)(b)(e)',
    rule: keepingGrounded,
  },
  { fr: 'Minimisation', en: 'Minimised', source: 'EDPB 05/2020 ¶106; GDPR 5(1)(c)', rule: minimised },
  { fr: 'Intégrité et confidentialité', en: 'Integrity and confidentiality', source: 'GDPR 5(1)(f), 32', rule: sealedAndWhole },
]

type EvidenceRow = {
  n: number
  field: string
  source: string
  status: Finding['status']
  from: string | null
  vouchedBy: Finding['vouchedBy']
  note: string
}
/** `of`: the fields that apply. */
type Grade = { present: number; of: number }

/** The 20 rows in order, in `language`. */
export const evidenceOf = (record: ProofRecord, language: ReportLanguage): EvidenceRow[] =>
  fields.map((field, index) => {
    const { status, from, vouchedBy, note } = field.rule(record)
    return {
      n: index + 1,
      field: field[language],
      source: field.source,
      status,
      from: from.length > 0 ? from.join(', ') : null,
      vouchedBy,
      note: note[language],
    }
  })

export const gradeOf = (rows: readonly EvidenceRow[]): Grade => ({
  present: rows.filter((row) => row.status === 'present').length,
  of: rows.filter((row) => row.status !== 'not-applicable').length,
})
