// Rules of evidence about the act: positive (8), refusing as easy (9), when (10), how (11), the tool (16). LAW.md §1.
import type { Answer } from '../record.ts'
import {
  absent,
  decisive,
  inEvery,
  missing,
  notApplicable,
  ofYeses,
  onScreen,
  refs,
  toolOf,
  voucherOf,
  type Rule,
  type Voucher,
} from './finding.ts'

const tool = (answer: Answer): string[] => {
  const shown = toolOf(answer)
  return shown === null ? [] : [shown.ref]
}
const isConfirmed = (answer: Answer): boolean => answer.fact.type === 'ConsentConfirmed'
const offByDefault = (answer: Answer): boolean =>
  answer.spoken.fact.data.method?.control !== undefined && toolOf(answer)?.entry.controls?.default === 'off'

/** 8. A clear positive act (GDPR 4(11); CJEU C-61/19, C-673/17): a control that was off, or a confirmation. */
export const positiveAct: Rule = ofYeses((yeses) => {
  if (yeses.some((answer) => answer.presentation?.entry.controls?.default === 'on' && !isConfirmed(answer)))
    return absent({ fr: 'La case était cochée par défaut.', en: 'The control was on by default.' })
  return inEvery({
    answers: yeses,
    source: (answer) => (isConfirmed(answer) || offByDefault(answer) ? [...refs(answer), ...tool(answer)] : null),
    vouchedBy: voucherOf,
    restsOn: (answer) => (isConfirmed(answer) ? null : toolOf(answer)),
    present: yeses.some(isConfirmed)
      ? { fr: 'Une confirmation, ou une commande non cochée par défaut.', en: 'A confirmation, or a control off by default.' }
      : { fr: 'Commande non cochée par défaut.', en: 'A control off by default.' },
    absent: missing(yeses, {
      fr: 'Rien ne montre la commande utilisée et son état initial.',
      en: 'Nothing shows the control used and how it stood at first.',
    }),
  })
})

const refusalAsEasy = (answer: Answer): boolean => {
  const controls = toolOf(answer)?.entry.controls
  return controls !== undefined && controls.refuse.layer <= controls.accept.layer && controls.refuse.clicks <= controls.accept.clicks
}

/** 9. Refusing was as easy as accepting: same layer, no more clicks, a screenshot of the version (CNIL 2020-091/092). Asked of screens only. */
export const refusingAsEasy: Rule = ofYeses((yeses) => {
  const seen = yeses.filter(onScreen)
  if (seen.length === 0) return notApplicable({ fr: 'Pas de oui donné sur un écran.', en: 'No yes was given on a screen.' })
  return inEvery({
    answers: seen,
    source: (answer) => (refusalAsEasy(answer) && (toolOf(answer)?.entry.screenshots.length ?? 0) > 0 ? tool(answer) : null),
    vouchedBy: () => 'site',
    restsOn: toolOf,
    present: {
      fr: 'Refuser au même niveau, sans clic de plus ; copie d’écran enregistrée.',
      en: 'Refusing on the same layer with no more clicks; screenshot on record.',
    },
    absent: missing(seen, {
      fr: 'Ni gestes comptés ni copie d’écran de cette version ne le montrent.',
      en: 'No counted clicks and screenshot of this version show it.',
    }),
  })
})

const isImported = (answer: Answer): boolean => answer.event.metadata.writer.trust === 'imported'
/** Whose clock says when: ours only where it decided the order of what the person did, never for what a file tells. */
export const timedBy = (answer: Answer): Voucher => {
  const { event, fact } = answer.spoken
  return !isImported(answer) && fact.data.orderAt === event.metadata.recordedAt ? 'ledger' : 'site'
}
/** An import that states no time of its own shows when it was imported, not when the person answered. */
export const isTimed = (answer: Answer): boolean => !(isImported(answer) && answer.fact.data.occurredAtFrom === 'ledger')

/** 10. When (EDPB ¶108). The ledger vouches where its own clock decided; otherwise it is the site's word. */
export const whenAnswered: Rule = (record) =>
  inEvery({
    answers: record.answers,
    source: (answer) => (isTimed(answer) ? refs(answer) : null),
    vouchedBy: timedBy,
    present: {
      fr: "Heure de l'acte et heure d'enregistrement, à la milliseconde.",
      en: 'Time of the act and time of the record, to the millisecond.',
    },
    absent: { fr: "L'heure de la réponse importée est inconnue.", en: 'The time of the imported answer is unknown.' },
  })

/** What is kept of the way that an act took. */
export const traceFields = ['sessionId', 'pageUrl'] as const
const steps = (answer: Answer): boolean =>
  answer.spoken.fact.data.method?.workflow !== undefined ||
  traceFields.some((name) => answer.fields[name] !== undefined && answer.fields[name].status !== 'destroyed')

/** 11. How: session, workflow, steps (EDPB ¶108). */
export const howAnswered: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => (answer.spoken.fact.data.method !== undefined && steps(answer) ? refs(answer) : null),
    vouchedBy: voucherOf,
    present: { fr: 'Manière, parcours ou session sont enregistrés.', en: 'Method, workflow or session are on record.' },
    absent: { fr: 'Ni parcours, ni session, ni page enregistrés.', en: 'No workflow, session or page on record.' },
  })

/** 16. Authenticity of the collecting tool: hash of its code or a screenshot, recorded before the answer (CNIL 2020-092). Asked of screens only. */
export const toolAuthentic: Rule = ofYeses((yeses) => {
  const seen = yeses.filter(onScreen)
  if (seen.length === 0) return notApplicable({ fr: 'Pas de oui donné sur un écran.', en: 'No yes was given on a screen.' })
  return inEvery({
    answers: seen,
    source: (answer) => {
      const shown = toolOf(answer)?.entry
      return shown !== undefined && (shown.codeSha256 !== undefined || shown.screenshots.length > 0) ? tool(answer) : null
    },
    vouchedBy: () => 'site',
    restsOn: toolOf,
    present: {
      fr: "Empreinte du code ou copie d'écran enregistrée avant la réponse.",
      en: 'Hash of the code or a screenshot, on record before the answer.',
    },
    presentLate: { fr: "Empreinte du code ou copie d'écran enregistrée.", en: 'Hash of the code or a screenshot, on record.' },
    absent: missing(seen, { fr: "Aucune empreinte de l'outil n'est enregistrée.", en: 'No hash of the tool is on record.' }),
  })
})
