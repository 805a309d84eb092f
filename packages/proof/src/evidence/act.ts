// Rules of evidence about the act: positive (8), refusing as easy (9), when (10), how (11), the tool (16). LAW.md §1.
import type { Answer } from '../record.ts'
import { absent, decisive, inEvery, notApplicable, ofYeses, onScreen, refs, voucherOf, type Rule } from './finding.ts'

const tool = (answer: Answer): string[] => (answer.presentation === null ? [] : [answer.presentation.ref])
const offByDefault = (answer: Answer): boolean =>
  answer.spoken.fact.data.method?.control !== undefined && answer.presentation?.entry.controls?.default === 'off'

/** 8. A clear positive act (GDPR 4(11); CJEU C-61/19, C-673/17): a control that was off, or the person's own confirmation. */
export const positiveAct: Rule = ofYeses((yeses) => {
  if (yeses.some((answer) => answer.presentation?.entry.controls?.default === 'on' && answer.fact.type !== 'ConsentConfirmed'))
    return absent({ fr: 'La case était cochée par défaut.', en: 'The control was on by default.' })
  return inEvery({
    answers: yeses,
    source: (answer) => (answer.fact.type === 'ConsentConfirmed' || offByDefault(answer) ? [...refs(answer), ...tool(answer)] : null),
    vouchedBy: voucherOf,
    present: {
      fr: 'Commande non cochée par défaut, ou confirmation par la personne.',
      en: 'A control off by default, or the person confirmed.',
    },
    absent: {
      fr: 'Rien ne montre la commande utilisée et son état initial.',
      en: 'Nothing shows the control used and how it stood at first.',
    },
  })
})

const refusalAsEasy = (answer: Answer): boolean => {
  const controls = answer.presentation?.entry.controls
  return controls !== undefined && controls.refuse.layer <= controls.accept.layer && controls.refuse.clicks <= controls.accept.clicks
}

/** 9. Refusing was as easy as accepting: same layer, no more clicks, a screenshot of the version (CNIL 2020-091/092). Asked of screens only. */
export const refusingAsEasy: Rule = ofYeses((yeses) => {
  const seen = yeses.filter(onScreen)
  if (seen.length === 0) return notApplicable({ fr: 'Pas de oui donné sur un écran.', en: 'No yes was given on a screen.' })
  return inEvery({
    answers: seen,
    source: (answer) => (refusalAsEasy(answer) && (answer.presentation?.entry.screenshots.length ?? 0) > 0 ? tool(answer) : null),
    vouchedBy: () => 'site',
    present: {
      fr: 'Refuser au même niveau, sans clic de plus ; copie d’écran enregistrée.',
      en: 'Refusing on the same layer with no more clicks; screenshot on record.',
    },
    absent: {
      fr: 'Ni gestes comptés ni copie d’écran de cette version ne le montrent.',
      en: 'No counted clicks and screenshot of this version show it.',
    },
  })
})

const byLedgerClock = (answer: Answer): boolean =>
  answer.fact.type === 'ConsentConfirmed' || answer.fact.data.orderAt === answer.event.metadata.recordedAt

/** 10. When (EDPB ¶108). The ledger vouches where its own clock decided; otherwise it is the site's word. */
export const whenAnswered: Rule = (record) =>
  inEvery({
    answers: record.answers,
    // An import that states no time of its own shows when it was imported, not when the person answered.
    source: (answer) =>
      answer.event.metadata.writer.trust === 'imported' && answer.fact.data.occurredAtFrom === 'ledger' ? null : refs(answer),
    vouchedBy: (answer) => (byLedgerClock(answer) ? 'ledger' : 'site'),
    present: {
      fr: "Heure de l'acte et heure d'enregistrement, à la milliseconde.",
      en: 'Time of the act and time of the record, to the millisecond.',
    },
    absent: { fr: "L'heure de la réponse importée est inconnue.", en: 'The time of the imported answer is unknown.' },
  })

const traceFields = ['sessionId', 'pageUrl'] as const
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
      const shown = answer.presentation?.entry
      return shown !== undefined && (shown.codeSha256 !== undefined || shown.screenshots.length > 0) ? tool(answer) : null
    },
    vouchedBy: () => 'site',
    present: {
      fr: "Empreinte du code ou copie d'écran enregistrée avant la réponse.",
      en: 'Hash of the code or a screenshot, on record before the answer.',
    },
    absent: { fr: "Aucune empreinte de l'outil n'était enregistrée alors.", en: 'No hash of the tool was on record then.' },
  })
})
