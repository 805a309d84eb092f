// Rules of evidence about what became of the answer and how it is kept: 12, 13, 14, 18, 19, 20. LAW.md §1.
import type { OpenedField, OpenedIdentifier } from '../opened.ts'
import type { ProofRecord } from '../record.ts'
import { isTimed, timedBy, traceFields } from './act.ts'
import { absent, decisive, inEvery, joined, noAnswer, notApplicable, ofYeses, overLink, present, refs, type Rule } from './finding.ts'
import { collectorField } from './who.ts'

/** 12. State, and whether explicit (GDPR 9(2)(a)): folded from the whole stream. A click on a link that the site was handed makes no yes explicit. */
export const stateKnown: Rule = (record) => {
  const folded = {
    fr: "L'état découle de tout le flux ; rien n'atteste un consentement explicite.",
    en: 'The state follows from the whole stream; nothing attests explicit consent.',
  }
  return inEvery({
    answers: record.answers,
    source: refs,
    vouchedBy: () => 'ledger',
    present: record.yeses.some((answer) => answer.fact.type === 'ConsentConfirmed') ? joined(folded, overLink) : folded,
    absent: noAnswer,
  })
}

/** 13. Validity and its ground (EDPB ¶110–111): an end fixed in the event, from the purpose and the profile of that day. */
export const validityFixed: Rule = ofYeses((yeses) => {
  const inForce = yeses.flatMap((answer) => (answer.fact.type === 'ConsentRequested' ? [] : [answer]))
  if (inForce.length === 0) return notApplicable({ fr: "Aucun oui n'est encore confirmé.", en: 'No yes is confirmed yet.' })
  return inEvery({
    answers: inForce,
    source: (answer) =>
      'until' in answer.fact.data && answer.fact.data.until !== undefined
        ? [...refs(answer), ...(answer.purpose ? [answer.purpose.ref] : [])]
        : null,
    vouchedBy: () => 'ledger',
    restsOn: (answer) => answer.purpose,
    present: {
      fr: "Terme fixé dans l'événement, d'après la finalité et les règles du jour.",
      en: 'An end fixed in the event, from the purpose and the rules of the day.',
    },
    absent: { fr: "Aucun terme : ni la finalité ni les règles n'en fixaient.", en: 'No end: neither the purpose nor the rules set one.' },
  })
})

/** 14. Refusals and withdrawals with their times (GDPR 7(3)). Vouched for as the time of any answer. */
export const noesKept: Rule = (record) => {
  if (record.answers.length === 0) return absent(noAnswer)
  if (record.noes.length === 0)
    return notApplicable({ fr: 'Aucun refus ni retrait enregistré.', en: 'No refusal and no withdrawal on record.' })
  return inEvery({
    answers: record.noes,
    source: (answer) => (isTimed(answer) ? refs(answer) : null),
    vouchedBy: timedBy,
    present: {
      fr: 'Chaque refus et retrait est là, à son heure ; ce qui précède reste licite.',
      en: 'Each refusal and withdrawal is there with its time; what came before stays lawful.',
    },
    absent: { fr: "L'heure d'un refus importé est inconnue.", en: 'The time of an imported refusal is unknown.' },
  })
}

/** 18. How long the proof is kept, and why (EDPB ¶107; GDPR 17(3)(b)(e)). */
export const keepingGrounded: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => (answer.purpose?.entry.evidence === undefined ? null : [answer.purpose.ref]),
    vouchedBy: () => 'site',
    restsOn: (answer) => answer.purpose,
    present: { fr: 'Durée de conservation de la preuve et motif déclarés.', en: 'How long the proof is kept and the ground are declared.' },
    absent: {
      fr: 'La finalité ne dit pas combien de temps la preuve est gardée, ni pourquoi.',
      en: 'The purpose does not say how long the proof is kept, nor why.',
    },
  })

/** The fields that rules of this list read: 11 and 15. What else is kept serves none of them. */
const used: ReadonlySet<string> = new Set([...traceFields, collectorField])

/** 19. Minimised: no field without a use (EDPB ¶106; GDPR 5(1)(c)). */
export const minimised: Rule = (record) => {
  if (record.answers.length === 0) return absent(noAnswer)
  const idle = [...new Set(record.answers.flatMap((answer) => Object.keys(answer.fields)))].filter((name) => !used.has(name)).sort()
  if (idle.length > 0)
    return absent({
      fr: `Champs gardés dont aucune règle de cette liste ne se sert : ${idle.join(', ')}.`,
      en: `Fields kept that no rule of this list uses: ${idle.join(', ')}.`,
    })
  return present(record.answers.flatMap(refs), 'ledger', {
    fr: 'Chaque champ gardé sert à une règle de cette liste.',
    en: 'Each field kept serves a rule of this list.',
  })
}

const sealedOf = (record: ProofRecord): (OpenedField | OpenedIdentifier)[] =>
  record.answers.flatMap((answer) => [...answer.identifiers, ...Object.values(answer.fields)])

/** 20. Integrity and confidentiality (GDPR 5(1)(f), 32): what is personal is sealed, and what was opened here was what had been sealed then. */
export const sealedAndWhole: Rule = (record) => {
  if (record.answers.length === 0) return absent(noAnswer)
  const sealed = sealedOf(record)
  if (sealed.length === 0) return notApplicable({ fr: 'Aucune donnée personnelle dans ces actes.', en: 'No personal data in these acts.' })
  if (!sealed.some((field) => field.status === 'opened'))
    return absent({
      fr: "Rien n'a été ouvert : aucun engagement n'a pu être vérifié ici.",
      en: 'Nothing was opened: no commitment could be checked here.',
    })
  return present(record.answers.flatMap(refs), 'ledger', {
    fr: 'Données scellées ; chaque valeur ouverte correspond à son engagement.',
    en: 'Data sealed; each opened value matches its commitment.',
  })
}
