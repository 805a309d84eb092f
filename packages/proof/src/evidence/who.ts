// Rules of evidence about people: the person (1), the controller (2), a third party that collected (15), children (17). LAW.md §1.
import { youngestOf } from '@consent-ledger/domain'
import type { Answer } from '../record.ts'
import { decisive, inEvery, notApplicable, ofYeses, refs, voucherOf, type Rule } from './finding.ts'

/** 1. Who agreed, tied to this processing (GDPR 7(1), rec. 42): the act itself names an identifier, by its commitment. */
export const whoAgreed: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => (answer.identifiers.length > 0 ? refs(answer) : null),
    vouchedBy: voucherOf,
    present: { fr: "L'acte lui-même nomme la personne, sous engagement.", en: 'The act itself names the person, under a commitment.' },
    absent: { fr: "L'acte ne nomme aucun identifiant.", en: 'The act names no identifier.' },
  })

/** 2. The controller and everyone else who relies on the consent (rec. 42, 13(1)(a)). */
export const controllerNamed: Rule = (record) =>
  inEvery({
    answers: decisive(record),
    source: (answer) => (answer.controller === null ? null : [answer.controller.ref]),
    vouchedBy: () => 'site',
    restsOn: (answer) => answer.controller,
    present: {
      fr: 'Identité, adresse et contact étaient enregistrés avant la réponse.',
      en: 'Identity, address and contact were on record before the answer.',
    },
    presentLate: { fr: 'Identité, adresse et contact sont enregistrés.', en: 'Identity, address and contact are on record.' },
    absent: { fr: "Le responsable n'était pas enregistré alors.", en: 'The controller was not on record then.' },
  })

/** What is kept of a collector beside the hash of its proof: who it is. */
export const collectorField = 'collector'

/** 15. A third party that collected hands over the proof, not only a contract (CNIL 2020-092). */
export const thirdPartyProof: Rule = ofYeses((yeses) => {
  const collected = yeses.filter((answer) => answer.spoken.fact.data.method?.collector !== undefined)
  if (collected.length === 0) return notApplicable({ fr: "Aucun tiers n'a collecté.", en: 'No third party collected.' })
  return inEvery({
    answers: collected,
    source: (answer) => (answer.spoken.fact.data.method?.collector?.proofSha256 === undefined ? null : refs(answer)),
    vouchedBy: () => 'third-party',
    present: {
      fr: "L'empreinte de la preuve remise par le tiers est enregistrée.",
      en: 'The hash of the proof that the third party handed over is on record.',
    },
    absent: { fr: "Le tiers n'a remis aucune preuve.", en: 'The third party handed over no proof.' },
  })
})

const actorOf = (answer: Answer) => answer.spoken.fact.data.method?.actor
const isYoung = (answer: Answer): boolean => {
  const actor = actorOf(answer)
  return actor?.kind === 'minor-with-parent' || (actor?.ageBand !== undefined && youngestOf[actor.ageBand] < answer.ageOfConsent)
}
const parentShown = (answer: Answer): boolean => actorOf(answer)?.kind === 'minor-with-parent' && actorOf(answer)?.how !== undefined
const authorityShown = (answer: Answer): boolean => (isYoung(answer) ? parentShown(answer) : actorOf(answer)?.how !== undefined)

/** 17. Age or authority, where it applies (GDPR 8, LIL 45): a child with a parent, or somebody who acts for another, and how that was checked. */
export const ageOrAuthority: Rule = ofYeses((yeses) => {
  const concerned = yeses.filter((answer) => isYoung(answer) || actorOf(answer)?.kind === 'representative')
  if (concerned.length === 0)
    return notApplicable({ fr: 'Rien ne signale un mineur ni un représentant.', en: 'Nothing points to a child or a representative.' })
  return inEvery({
    answers: concerned,
    source: (answer) => (authorityShown(answer) ? refs(answer) : null),
    vouchedBy: voucherOf,
    present: {
      fr: "L'autorité et la manière de la vérifier sont enregistrées.",
      en: 'The authority and how it was checked are on record.',
    },
    absent: { fr: "L'autorité ou sa vérification manque.", en: 'The authority or its check is missing.' },
  })
})
