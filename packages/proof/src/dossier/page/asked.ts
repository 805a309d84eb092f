// What was asked, in which words: each purpose in the version answered, each text as it was shown.
import { noticePathOf } from '../format.ts'
import type { DossierReport } from '../report.ts'
import { durationIn } from './duration.ts'
import { html, type Html } from './html.ts'
import type { Page } from './context.ts'
import { noticeShown } from './notice.ts'

type Purpose = DossierReport['proof']['purposes'][number]
type Notice = DossierReport['proof']['notices'][number]

const recipient = ({ name, country, transfer }: Purpose['recipients'][number]): string =>
  transfer ? `${name} (${country}, ${transfer.tool}: ${transfer.document})` : `${name} (${country})`

const purposeOf = ({ words, time, report }: Page, purpose: Purpose): Html => {
  const said = (duration: string): string => durationIn(report.proof.language, duration)
  const { retention, evidence, recipients } = purpose
  const kept = [said(retention), ...(evidence ? [words.purpose.asEvidence(said(evidence.retention), evidence.ground)] : [])]
  return html`<h3>
      ${purpose.title} <span class="soft">${purpose.id}, ${words.purpose.version(purpose.version, time(purpose.publishedAt))}</span>
    </h3>
    <p>${purpose.description}</p>
    <dl>
      <dt>${words.purpose.basis}</dt>
      <dd>${words.basis[purpose.legalBasis]}</dd>
      <dt>${words.columns.channel}</dt>
      <dd>${purpose.channels.map((channel) => words.channel[channel]).join(', ')}</dd>
      <dt>${words.purpose.data}</dt>
      <dd>${purpose.dataKinds.join(', ')}</dd>
      <dt>${words.purpose.recipients}</dt>
      <dd>${recipients.length === 0 ? words.purpose.nobody : recipients.map(recipient).join('; ')}</dd>
      <dt>${words.purpose.keeping}</dt>
      <dd>${kept.join('; ')}</dd>
    </dl>`
}

const noticeOf = ({ words, time }: Page, notice: Notice): Html =>
  html`<h3>${words.notice.version(notice)}</h3>
    <p class="soft">${words.notice.published(time(notice.publishedAt))}. ${words.notice.exact(noticePathOf(notice), notice.sha256)}</p>
    <div class="shown" lang="${notice.language}">${noticeShown(notice, words.notice.hidden)}</div>
    ${notice.withdrawal === null ? null : html`<p>${words.notice.withdrawal}: <span lang="${notice.language}">${notice.withdrawal}</span></p>`}`

/** Purposes and texts. */
export const asked = (page: Page): Html => {
  const { words, report } = page
  const { purposes, notices } = report.proof
  return html`<h2>${words.head.asked}</h2>
    ${purposes.length === 0 ? html`<p>${words.nothing}</p>` : purposes.map((purpose) => purposeOf(page, purpose))}
    <h2>${words.head.notice}</h2>
    <p class="soft">${notices.length === 0 ? words.notice.none : words.lead.shown}</p>
    ${notices.map((notice) => noticeOf(page, notice))}`
}
