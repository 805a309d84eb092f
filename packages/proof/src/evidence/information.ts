// Rules of evidence about what the person was told: purposes (3), data (4), recipients (5), the text (6), the right to withdraw (7). LAW.md §1.
import type { PublishedNotice, Recipient } from '@consent-ledger/domain'
import type { z } from 'zod'
import type { Published } from '../around.ts'
import type { Answer } from '../record.ts'
import {
  absent,
  counted,
  decisive,
  inEvery,
  joined,
  missing,
  noAnswer,
  notApplicable,
  ofYeses,
  refs,
  type Bilingual,
  type Rule,
} from './finding.ts'

const declared = (answer: Answer): string[] => (answer.purpose === null ? [] : [answer.purpose.ref])

/** 3. Each purpose by itself (GDPR 4(11), 6(1)(a)): one event for one purpose, in a version published before. */
export const purposeByItself: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => (answer.purpose === null ? null : [...refs(answer), answer.purpose.ref]),
    vouchedBy: () => 'site',
    restsOn: (answer) => answer.purpose,
    present: {
      fr: 'Une réponse par finalité, dans une version publiée auparavant.',
      en: 'One answer for each purpose, in a version published before.',
    },
    presentLate: { fr: 'Une réponse par finalité, dans une version publiée.', en: 'One answer for each purpose, in a published version.' },
    absent: { fr: "La version de la finalité n'était pas publiée alors.", en: 'The version of the purpose was not published then.' },
  })

/** 4. Kinds of data (EDPB 05/2020 ¶64(iii)). */
export const dataKindsNamed: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => ((answer.purpose?.entry.dataKinds.length ?? 0) > 0 ? declared(answer) : null),
    vouchedBy: () => 'site',
    restsOn: (answer) => answer.purpose,
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
    restsOn: (answer) => answer.purpose,
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

/** That the ledger served a text is its own knowledge, that it was on a screen is not. */
const served = (yeses: readonly Answer[]): Bilingual[] => {
  const count = yeses.filter(servedByLedger).length
  const some = counted(count, yeses.length)
  const said = {
    fr: `Le registre a lui-même servi ce texte au site, dans les 25 heures avant l'acte ${some} ; qu'il ait été affiché est la parole du site.`,
    en: `The ledger itself served this text to the site, in the 25 hours before the act ${some}; that it was on a screen is the site's word.`,
  }
  return count === 0 ? [] : [said]
}

const textOf = (answer: Answer): Published<PublishedNotice> | null => (answer.noticeNotYet ? null : answer.notice)

/** 6. A copy of the information shown then, in its language (EDPB ¶108; GDPR 7(2), 12(1)). What was on the screen only the site saw. */
export const informationShown: Rule = ofYeses((yeses) =>
  inEvery({
    answers: yeses,
    source: (answer) => {
      const text = textOf(answer)
      return text && [...refs(answer), text.ref]
    },
    vouchedBy: () => 'site',
    restsOn: textOf,
    present: joined(
      {
        fr: "Texte exact, dans la langue montrée, avec l'empreinte inscrite dans l'événement.",
        en: 'Exact text in the language shown, with the hash that stands in the event.',
      },
      ...served(yeses),
    ),
    presentLate: {
      fr: "Un texte dont l'empreinte est inscrite dans l'événement ; qu'il ait été celui montré, rien d'autre ne le dit.",
      en: 'A text whose hash stands in the event; nothing else says that it was the one shown.',
    },
    absent: missing(yeses, { fr: "Aucun texte publié n'est lié au oui.", en: 'No published text is tied to the yes.' }),
  }),
)

/** A text as a reader has it: without markup, one space between words. */
const read = (text: string): string =>
  text
    .replaceAll(/<!--[\s\S]*?-->|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
/** Whether the hashed text itself holds the words on how to withdraw, which the catalogue keeps beside it. */
const saysHow = (answer: Answer): boolean => {
  const { text = '', withdrawal = '' } = answer.notice?.entry ?? {}
  return read(withdrawal) !== '' && read(text).includes(read(withdrawal))
}

const howToWithdraw = (yeses: readonly Answer[]): Bilingual => {
  const beside = yeses.filter((answer) => !saysHow(answer)).length
  const some = counted(beside, yeses.length)
  return beside === 0
    ? {
        fr: 'Les mots qui disent comment retirer son consentement sont dans le texte lui-même, sous son empreinte.',
        en: 'The words on how to withdraw stand in the text itself, under its hash.',
      }
    : {
        fr: `Le catalogue dit comment retirer son consentement, à côté de ce texte ${some} : l'empreinte du texte ne couvre pas ces mots.`,
        en: `The catalogue states how to withdraw, beside this text ${some}: the hash of the text does not cover these words.`,
      }
}

/** 7. The right to withdraw was announced, and how (GDPR 7(3), 13(2)(c)). The catalogue keeps those words beside the text: only within it does the hash cover them. */
export const withdrawalAnnounced: Rule = ofYeses((yeses) =>
  inEvery({
    answers: yeses,
    source: (answer) => {
      const text = textOf(answer)
      return text?.entry.withdrawal === undefined ? null : [text.ref]
    },
    vouchedBy: () => 'site',
    restsOn: textOf,
    present: howToWithdraw(yeses),
    absent: missing(yeses, {
      fr: 'Le catalogue ne dit pas comment retirer son consentement, ou le texte est inconnu.',
      en: 'The catalogue does not state how to withdraw, or the text is unknown.',
    }),
  }),
)
