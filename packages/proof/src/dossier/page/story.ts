// The time line: each event in plain words, who wrote it, what was opened of it, and what it changed.
import type { Json } from '@consent-ledger/domain'
import type { DossierReport } from '../report.ts'
import { html, type Html } from './html.ts'
import type { Page } from './context.ts'
import { stateTag } from './states.ts'

type Step = DossierReport['proof']['timeline'][number]
type Proven = DossierReport['proof']['events'][number]

const writerOf = ({ words }: Page, metadata: Proven['metadata']): string => {
  const { writer } = metadata
  if (writer === null || typeof writer !== 'object' || Array.isArray(writer)) return ''
  const { kind, trust } = writer
  if (trust === 'publishable') return words.writer.browser
  return kind === 'site' || kind === 'operator' || kind === 'import' || kind === 'system' ? words.writer[kind] : ''
}

const valueText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

const openedOf = ({ words }: Page, event: Proven | undefined): Html | null => {
  const fields = Object.entries(event?.opened ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  if (fields.length === 0) return null
  return html`<br /><span class="soft"
      >${words.story.opened} ${fields.map(([name, value], n) => html`${n === 0 ? '' : '; '}${name} <code>${valueText(value)}</code>`)}</span
    >`
}

const changedBy = (page: Page, { states }: Step): Html | null => {
  if (states.length === 0) return null
  const { words, titleOf } = page
  const rows = states.map(
    (row) =>
      html` ${titleOf(row.purpose)} (${words.channel[row.channel]})
      ${stateTag(page, row.state)}${row.objected ? html` <span class="tag no">${words.objected}</span>` : null}`,
  )
  return html`<br /><span class="soft">${words.story.changed}${rows}</span>`
}

const step = (page: Page, one: Step, event?: Proven): Html => {
  const { words, time } = page
  const writer = event ? writerOf(page, event.metadata) : ''
  return html`<li>
    <span class="n">${one.revision}</span>
    <div>
      ${one.words}
      <span class="soft"
        ><br />${words.story.recorded(time(one.recordedAt))}. ${writer === '' ? '' : `${words.story.by(writer)}.`}
        <code>${one.type} ${one.eventId}</code></span
      >
      ${openedOf(page, event)}${changedBy(page, one)}
    </div>
  </li>`
}

const devices = (page: Page): Html | null => {
  const { words, report } = page
  const carried = report.streams.filter(({ reason }) => reason === 'device')
  if (carried.length === 0) return null
  const lists = carried.map(
    ({ stream, timeline }) =>
      html`<h3>${words.device(stream, timeline.length)}</h3>
        <ol class="story">
          ${timeline.map((one) => step(page, one))}
        </ol>`,
  )
  return html`<h2>${words.head.others}</h2>
    <p class="soft">${words.lead.others}</p>
    ${lists}`
}

/** The person's own stream, then those of devices. */
export const story = (page: Page): Html => {
  const { words, report } = page
  const events = new Map(report.proof.events.map((event) => [event.id, event]))
  const steps = report.proof.timeline.map((one) => step(page, one, events.get(one.eventId)))
  return html`<h2>${words.head.story}</h2>
    <p class="soft">${words.lead.story}</p>
    ${
      steps.length === 0
        ? html`<p>${words.nothing}</p>`
        : html`<ol class="story">
            ${steps}
          </ol>`
    }${devices(page)}`
}
