// Rules of evidence about what the person was told: purposes (3), data (4), recipients (5), the text (6), the right to withdraw (7). LAW.md §1.
import type { Recipient } from '@consent-ledger/domain'
import type { z } from 'zod'
import type { Answer } from '../record.ts'
import { absent, decisive, inEvery, noAnswer, notApplicable, ofYeses, refs, type Rule } from './finding.ts'

const declared = (answer: Answer): string[] => (answer.purpose === null ? [] : [answer.purpose.ref])

/** 3. Each purpose by itself (GDPR 4(11), 6(1)(a)): one event for one purpose, in a version published before. */
export const purposeByItself: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => (answer.purpose === null ? null : [...refs(answer), answer.purpose.ref]),
    vouchedBy: () => 'site',
    present: {
      fr: 'Une réponse par finalité, dans une version publiée auparavant.',
      en: 'One answer for each purpose, in a version published before.',
    },
    absent: { fr: "La version de la finalité n'était pas publiée alors.", en: 'The version of the purpose was not published then.' },
  })

/** 4. Kinds of data (EDPB 05/2020 ¶64(iii)). */
export const dataKindsNamed: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => ((answer.purpose?.entry.dataKinds.length ?? 0) > 0 ? declared(answer) : null),
    vouchedBy: () => 'site',
    present: { fr: 'Les catégories de données sont déclarées.', en: 'The kinds of data are declared.' },
    absent: { fr: 'Aucune catégorie de données déclarée.', en: 'No kind of data declared.' },
  })

/** European Economic Area (EEA Agreement, Annex to Decision 7/94 as it stands): outside it a transfer needs a tool (GDPR 44–46). */
const withinEea = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' '))
const explained = (recipient: z.infer<typeof Recipient>): boolean => withinEea.has(recipient.country) || recipient.transfer !== undefined

/** 5. Recipients and transfers, where they exist (GDPR 13(1)(e)(f)). */
export const recipientsNamed: Rule = (record) => {
  const answers = decisive(record)
  if (answers.length === 0) return absent(noAnswer)
  const shared = answers.filter((answer) => answer.purpose === null || answer.purpose.entry.recipients.length > 0)
  if (shared.length === 0) return notApplicable({ fr: 'Aucun destinataire déclaré.', en: 'No recipient declared.' })
  return inEvery({
    answers: shared,
    source: (answer) => (answer.purpose?.entry.recipients.every(explained) === true ? declared(answer) : null),
    vouchedBy: () => 'site',
    present: { fr: 'Destinataires nommés, transferts encadrés.', en: 'Recipients named, transfers with their tool.' },
    absent: {
      fr: "Un transfert hors de l'EEE n'a pas d'outil déclaré, ou la finalité est inconnue.",
      en: 'A transfer out of the EEA has no tool declared, or the purpose is unknown.',
    },
  })
}

const servedByLedger = (answer: Answer): boolean => {
  const data = answer.spoken.fact.data
  return 'notice' in data && data.notice !== undefined && 'showing' in data.notice && data.notice.showing === true
}

/** 6. A copy of the information shown then, in its language (EDPB ¶108; GDPR 7(2), 12(1)). Vouched by the ledger where it served the text itself. */
export const informationShown: Rule = ofYeses((yeses) =>
  inEvery({
    answers: yeses,
    source: (answer) => (answer.notice === null ? null : [...refs(answer), answer.notice.ref]),
    vouchedBy: (answer) => (servedByLedger(answer) ? 'ledger' : 'site'),
    present: {
      fr: "Texte exact, dans la langue montrée, avec l'empreinte inscrite dans l'événement.",
      en: 'Exact text in the language shown, with the hash that stands in the event.',
    },
    absent: { fr: "Aucun texte publié n'est lié au oui.", en: 'No published text is tied to the yes.' },
  }),
)

/** 7. The right to withdraw was announced, and how (GDPR 7(3), 13(2)(c)). */
export const withdrawalAnnounced: Rule = ofYeses((yeses) =>
  inEvery({
    answers: yeses,
    source: (answer) => (answer.notice?.entry.withdrawal === undefined ? null : [answer.notice.ref]),
    vouchedBy: (answer) => (servedByLedger(answer) ? 'ledger' : 'site'),
    present: { fr: 'Le texte montré disait comment retirer son consentement.', en: 'The text shown said how to withdraw.' },
    absent: {
      fr: 'Le texte montré ne disait pas comment retirer son consentement, ou il est inconnu.',
      en: 'The text shown did not say how to withdraw, or is unknown.',
    },
  }),
)
