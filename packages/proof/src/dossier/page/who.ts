// First page: what this is, who vouches for the time, the controller and the person.
import { html, type Html } from './html.ts'
import type { Page } from './context.ts'

const aboutOf = ({ report: { proof }, words, titleOf, time }: Page): string => {
  const { purpose, from, to } = proof.about
  const parts = [
    purpose === null ? words.about.all : words.about.purpose(titleOf(purpose)),
    from === null ? null : words.about.from(time(from)),
    to === null ? null : words.about.to(time(to)),
  ]
  return parts.filter((part) => part !== null).join(', ')
}

/** Title, and the facts of this very proof. */
export const heading = (page: Page): Html => {
  const { words, report, time } = page
  const { proof } = report
  return html`<h1>${words.title}</h1>
    <p class="sub">${words.subtitle(proof.controller.name)}</p>
    <dl>
      <dt>${words.facts.issued}</dt>
      <dd>${time(proof.issuedAt)}</dd>
      <dt>${words.facts.reason}</dt>
      <dd>${proof.reason}</dd>
      <dt>${words.facts.role}</dt>
      <dd>${words.role[proof.role]}</dd>
      <dt>${words.facts.about}</dt>
      <dd>${aboutOf(page)}</dd>
      <dt>${words.facts.evidence}</dt>
      <dd>${words.evidence.grade(proof.grade.present, proof.grade.of)}</dd>
      <dt>${words.facts.proof}</dt>
      <dd><code>${proof.id}</code></dd>
    </dl>
    <p class="soft">${words.stated}</p>`
}

/** Whether anybody else vouches for the time, where nobody can overlook it. Names of witnesses are text that anybody could write into a head. */
export const whoseTime = ({ words, report: { log }, time }: Page): Html => {
  const unchecked = log.unchecked.length === 0 ? null : html` <span class="soft">${words.unchecked(log.unchecked.join(', '))}</span>`
  if (!log.independentTime) return html`<div class="alert"><strong>NO_INDEPENDENT_TIME</strong>${words.alone}${unchecked}</div>`
  const witnesses = log.cosignatures.map((cosignature) => `${cosignature.name} (${time(cosignature.time)})`).join(', ')
  return html`<div class="note">${words.independent(witnesses)}${unchecked}</div>`
}

const identifiers = ({ words, report: { proof } }: Page): Html => {
  const opened = proof.identifiers.flatMap((one) => (one.status === 'opened' ? [one] : []))
  const distinct = [...new Map(opened.map((one) => [`${one.scheme} ${one.value}`, one])).values()]
  if (distinct.length === 0) return html`<dd>${words.who.none}</dd>`
  const places = new Map(proof.events.map(({ id, revision }) => [id, revision]))
  return html`<dd>
    ${distinct.map(
      ({ scheme, value, eventId }) =>
        html`<b>${value}</b> <span class="soft">${scheme}, ${words.who.namedIn(places.get(eventId) ?? eventId)}</span><br />`,
    )}
  </dd>`
}

/** Controller and person. */
export const parties = (page: Page): Html => {
  const { words, report } = page
  const { controller, subjectId } = report.proof
  const entities = controller.entities.map(({ name, address }) => html`${name}, ${address}<br />`)
  const contacts = [controller.contact, ...(controller.dpo ? [controller.dpo.contact] : [])]
  return html`<h2>${words.head.who}</h2>
    <dl>
      <dt>${words.who.controller}</dt>
      <dd><b>${controller.name}</b>, ${controller.address}</dd>
      <dt>${words.who.contact}</dt>
      <dd>${[...new Set(contacts)].join(', ')}</dd>
      ${
        entities.length === 0
          ? null
          : html`<dt>${words.who.entities}</dt>
              <dd>${entities}</dd>`
      }
      <dt>${words.who.identifiers}</dt>
      ${identifiers(page)}
      <dt>${words.who.number}</dt>
      <dd><code>${subjectId}</code></dd>
    </dl>`
}
