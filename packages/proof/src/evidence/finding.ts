// What one rule of evidence finds: whether the record shows the field, where, and on whose word.
import type { Presentation } from '@consent-ledger/domain'
import type { Published } from '../around.ts'
import type { Answer, ProofRecord } from '../record.ts'

/**
 * Who stands behind a finding. `site`: the controller's own word (its site, its staff, its catalogue). `ledger`: what this ledger saw or counted itself.
 * `person`: a confirmation on the ledger's page, over a link that was handed to the site to mail. `third-party`: another company or system that collected.
 */
export type Voucher = 'site' | 'ledger' | 'person' | 'third-party'
export type Bilingual = { fr: string; en: string }
/** `from`: type and id of the events it rests on; none unless present. */
export type Finding = { status: 'present' | 'absent' | 'not-applicable'; from: string[]; vouchedBy: Voucher | null; note: Bilingual }
export type Rule = (record: ProofRecord) => Finding

export const present = (from: string[], vouchedBy: Voucher, note: Bilingual): Finding => ({
  status: 'present',
  from: [...new Set(from)],
  vouchedBy,
  note,
})
export const absent = (note: Bilingual): Finding => ({ status: 'absent', from: [], vouchedBy: null, note })
export const notApplicable = (note: Bilingual): Finding => ({ status: 'not-applicable', from: [], vouchedBy: null, note })

export const noAnswer: Bilingual = { fr: 'Aucune réponse dans ce que couvre ce rapport.', en: 'No answer in what this report covers.' }
const noYes: Bilingual = {
  fr: "Aucun oui dans ce que couvre ce rapport : un non n'en a pas besoin.",
  en: 'No yes in what this report covers: a no does not need it.',
}

/** Where an answer stands, as in `ConsentGiven 5f0c…`; for a confirmed yes the request as well. */
export const refs = (answer: Answer): string[] => [answer.spoken.event, answer.event].map((event) => `${event.type} ${event.id}`)

/** Whose word an answer is. */
export const voucherOf = (answer: Answer): Voucher => {
  if (answer.fact.type === 'ConsentConfirmed') return 'person'
  if (answer.event.metadata.writer.trust === 'imported' || answer.fact.data.method?.collector !== undefined) return 'third-party'
  return answer.event.metadata.writer.kind === 'system' ? 'ledger' : 'site'
}

const fromWeakest: readonly Voucher[] = ['site', 'third-party', 'person', 'ledger']
/** A finding is worth no more than the weakest word it rests on. */
const weakest = (vouchers: readonly Voucher[]): Voucher => fromWeakest.find((voucher) => vouchers.includes(voucher)) ?? 'site'

/** Sentences one after the other. */
export const joined = (...notes: Bilingual[]): Bilingual => ({
  fr: notes.map((note) => note.fr).join(' '),
  en: notes.map((note) => note.en).join(' '),
})
const inBoth = (text: string): Bilingual => ({ fr: text, en: text })
/** To how many of the answers a sentence applies. */
export const counted = (some: number, all: number): string => `(${some}/${all})`
/** What `person` stands for, and no more: the reply to the site held the link. */
export const overLink: Bilingual = {
  fr: "Confirmé par un lien remis au site pour qu'il l'envoie.",
  en: 'Confirmed over a link that was handed to the site to mail.',
}
const afterAct = (days: readonly string[], count: string): Bilingual => ({
  fr: `Sur la seule parole du site ${count} : cette version n'est arrivée au registre que le ${days.join(', ')}, après l'acte.`,
  en: `On the site's word alone ${count}: this version came to the ledger only on ${days.join(', ')}, after the act.`,
})

type Question = {
  answers: readonly Answer[]
  /** Where the field stands for this answer; null if it does not. */
  source: (answer: Answer) => string[] | null
  vouchedBy: (answer: Answer) => Voucher
  /** What of the catalogue the field rests on; null if on nothing of it. One that came after the act is the site's word, and the note says when it came. */
  restsOn?: (answer: Answer) => Published<unknown> | null
  present: Bilingual
  /** In place of `present` where that would claim more than a version that came after the act can show. */
  presentLate?: Bilingual
  absent: Bilingual
}

/** Present if every answer has it: a proof is as good as its weakest answer. Narrow the report to look at one. */
export const inEvery = ({ answers, source, vouchedBy, restsOn, ...note }: Question): Finding => {
  const sources = answers.map((answer) => source(answer))
  if (sources.length === 0) return absent(noAnswer)
  const lacking = sources.filter((found) => found === null).length
  if (lacking > 0) return absent(joined(note.absent, inBoth(counted(lacking, answers.length))))
  const late = answers.flatMap((answer) => restsOn?.(answer)?.lateOn ?? [])
  const vouchers = answers.map((answer) => ((restsOn?.(answer)?.lateOn ?? null) === null ? vouchedBy(answer) : 'site'))
  const remarks = [
    ...(late.length > 0 ? [afterAct([...new Set(late)].sort(), counted(late.length, answers.length))] : []),
    ...(vouchers.includes('person') ? [overLink] : []),
  ]
  const found = sources.flatMap((one) => one ?? [])
  return present(found, weakest(vouchers), joined(late.length > 0 ? (note.presentLate ?? note.present) : note.present, ...remarks))
}

/** The yeses if there are any, else the noes: what the report is there to prove. */
export const decisive = (record: ProofRecord): Answer[] => (record.yeses.length > 0 ? record.yeses : record.noes)

/** A rule about consent alone: without any yes there is nothing for it to ask, without any answer there is nothing at all. */
export const ofYeses =
  (rule: (yeses: Answer[]) => Finding): Rule =>
  (record) => {
    if (record.answers.length === 0) return absent(noAnswer)
    return record.yeses.length === 0 ? notApplicable(noYes) : rule(record.yeses)
  }

const screens: readonly string[] = ['web-form', 'banner', 'preference-centre', 'mobile-app', 'email-link']
/** Whether the yes was given on a screen, which has a design to be shown. An act whose way is unknown or imported is taken for one. */
export const onScreen = (answer: Answer): boolean => {
  const kind = answer.spoken.fact.data.method?.kind
  return kind === undefined || kind === 'import' || kind === 'api' || screens.includes(kind)
}

/** The presentation of the screen, in a version of the notice that was in force on the day of the act. */
export const toolOf = (answer: Answer): Published<Presentation> | null => (answer.noticeNotYet ? null : answer.presentation)

/** Why a text is missing: also because the version named was in force only later. */
export const missing = (answers: readonly Answer[], note: Bilingual): Bilingual =>
  answers.some((answer) => answer.noticeNotYet)
    ? joined(note, {
        fr: "La version nommée n'est en vigueur que d'un jour postérieur à l'acte.",
        en: 'The version named is in force only from a day after the act.',
      })
    : note
