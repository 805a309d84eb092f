// What one rule of evidence finds: whether the record shows the field, where, and on whose word.
import type { Answer, ProofRecord } from '../record.ts'

/**
 * Who stands behind a finding. `site`: the controller's own word (its site, its staff, its catalogue). `ledger`: what this ledger saw or counted itself.
 * `person`: the person's confirmation on the ledger's page. `third-party`: another company or system that collected.
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
export const noYes: Bilingual = {
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
export const weakest = (vouchers: readonly Voucher[]): Voucher => fromWeakest.find((voucher) => vouchers.includes(voucher)) ?? 'site'

type Question = {
  answers: readonly Answer[]
  /** Where the field stands for this answer; null if it does not. */
  source: (answer: Answer) => string[] | null
  vouchedBy: (answer: Answer) => Voucher
  present: Bilingual
  absent: Bilingual
}

/** Present if every answer has it: a proof is as good as its weakest answer. Narrow the report to look at one. */
export const inEvery = (question: Question): Finding => {
  const sources = question.answers.map((answer) => question.source(answer))
  if (sources.length === 0) return absent(noAnswer)
  const lacking = sources.filter((source) => source === null).length
  const count = `(${lacking}/${sources.length})`
  return lacking > 0
    ? absent({ fr: `${question.absent.fr} ${count}`, en: `${question.absent.en} ${count}` })
    : present(
        sources.flatMap((source) => source ?? []),
        weakest(question.answers.map((answer) => question.vouchedBy(answer))),
        question.present,
      )
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
