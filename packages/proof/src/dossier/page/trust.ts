// Why to believe it: who vouches for each field, what is missing, and how to check the rest without us.
import { html, type Html } from './html.ts'
import type { Page } from './context.ts'

const tones = { present: 'yes', absent: 'no', 'not-applicable': 'other' } as const

/** The twenty fields, each with the weakest word it rests on. */
export const vouching = ({ words, report: { proof } }: Page): Html => {
  const { evidence } = words
  const rows = proof.evidence.map(
    ({ n, field, status, vouchedBy, note, source }) =>
      html`<tr>
        <td class="n">${n}</td>
        <td>${field}<br /><span class="soft">${source}</span></td>
        <td><span class="tag ${tones[status]}">${words.status[status]}</span></td>
        <td>${vouchedBy === null ? '' : words.vouchedBy[vouchedBy]}</td>
        <td>${note}</td>
      </tr>`,
  )
  const head = ['', evidence.field, evidence.status, evidence.vouchedBy, evidence.note].map((name) => html`<th>${name}</th>`)
  return html`<h2>${words.head.vouching}</h2>
    <p class="soft">${words.lead.vouching} ${evidence.grade(proof.grade.present, proof.grade.of)}</p>
    <table>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`
}

/** What the dossier lacks. */
export const missing = ({ words, report }: Page): Html => {
  const rows = report.missing.map(
    ({ code, what, why }) =>
      html`<tr>
        <td>${what}<br /><span class="soft">${code}</span></td>
        <td>${why}</td>
      </tr>`,
  )
  const head = html`<tr>
    <th style="width:34%">${words.missing.what}</th>
    <th>${words.missing.why}</th>
  </tr>`
  return html`<h2>${words.head.missing}</h2>
    ${
      rows.length === 0
        ? html`<p>${words.nothing}</p>`
        : html`<table>
            <thead>
              ${head}
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }`
}

const cosigners = ({ words, report: { log }, time }: Page): string =>
  log.independentTime ? log.cosignatures.map((one) => `${one.name} (${time(one.time)})`).join(', ') : words.check.noCosignature

/** The log that the events lie in, and two commands. */
export const checking = (page: Page): Html => {
  const { words, report } = page
  const { log, streams } = report
  const { check } = words
  return html`<h2>${words.head.check}</h2>
    <p>${check.lead}</p>
    <dl>
      <dt>${check.origin}</dt>
      <dd><code>${log.origin}</code></dd>
      <dt>${check.size}</dt>
      <dd>${log.size}</dd>
      <dt>${check.root}</dt>
      <dd><code>${log.root}</code></dd>
      <dt>${check.key}</dt>
      <dd><code>${log.vkey}</code></dd>
      <dt>${check.cosignatures}</dt>
      <dd>${cosigners(page)}</dd>
    </dl>
    <p>
      ${words.lead.whole}
      ${streams.map(({ stream, lastRevision }, n) => html`${n === 0 ? '' : ', '}<code>${stream}</code> (0–${lastRevision})`)}.
    </p>
    <p>${check.how}</p>
    <pre>
ledger-verify dossier.zip --key log.vkey
python3 verify.py KEY</pre>
    <p>${check.anchor}</p>`
}
