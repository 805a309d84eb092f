// Where things stood: the verdict at each date that was asked, one row for each purpose and channel.
import type { StateRow } from '@consent-ledger/domain'
import { html, type Html } from './html.ts'
import type { Page } from './context.ts'

const isYes = (state: StateRow['state']): boolean => state === 'given' || state === 'renewed'
const tone = (state: StateRow['state']): string => {
  if (isYes(state)) return 'yes'
  return state === 'unknown' || state === 'requested' ? 'other' : 'no'
}

/** The word for a state, marked so that it can be told apart in black and white as well: it is the word. */
export const stateTag = ({ words }: Page, state: StateRow['state']): Html =>
  html`<span class="tag ${tone(state)}">${words.state[state]}</span>`

const row = (page: Page, state: StateRow): Html => {
  const { words, time, titleOf } = page
  const until = state.until === null ? (isYes(state.state) ? words.noEnd : '') : time(state.until)
  const { notice } = state
  return html`<tr>
    <td>${titleOf(state.purpose)}</td>
    <td>${words.channel[state.channel]}</td>
    <td>${stateTag(page, state.state)}${state.objected ? html` <span class="tag no">${words.objected}</span>` : null}</td>
    <td>${state.since === null ? '' : time(state.since)}</td>
    <td>${until}</td>
    <td>${notice === null ? '' : `${notice.id} v${notice.version} ${notice.language}`}</td>
  </tr>`
}

/** What was answered comes first; purposes that nobody asked about are one line. */
const tableOf = (page: Page, states: readonly StateRow[]): Html => {
  const { words, titleOf } = page
  const { columns } = words
  const asked = states.filter(({ state, objected }) => state !== 'unknown' || objected)
  const never = states
    .filter((one) => !asked.includes(one))
    .map(({ purpose, channel }) => `${titleOf(purpose)} (${words.channel[channel]})`)
  const head = [columns.purpose, columns.channel, columns.state, columns.since, columns.until, columns.text]
  const table = html`<table>
    <thead>
      <tr>
        ${head.map((name) => html`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${asked.map((one) => row(page, one))}
    </tbody>
  </table>`
  return html`${asked.length === 0 ? html`<p>${words.unanswered}</p>` : table}${
    never.length === 0 ? null : html`<p class="soft">${words.state.unknown}: ${never.join(', ')}</p>`
  }`
}

/** A section for each date, in the order of the report. */
export const verdicts = (page: Page): Html[] => {
  const { report, words, time } = page
  return report.verdicts.map(
    ({ at, states }) =>
      html`<h2>${words.head.verdict(time(at))}</h2>
        <p class="soft">${words.lead.verdict(report.log.size)}</p>
        ${tableOf(page, states)}`,
  )
}
