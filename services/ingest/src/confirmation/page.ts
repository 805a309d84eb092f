// The page on which a person confirms: the ledger's own, plain HTML, no script, nothing loaded from anywhere.
import { createHash } from 'node:crypto'
import type { Channel } from '@consent-ledger/domain'
import { words, type PageLanguage } from './words.ts'

/** What a person is asked to confirm, in the words they were shown. `until`: epoch ms. `zone`: IANA name. */
export type Asked = {
  controller: string
  purposes: { title: string; description: string; channels: Channel[] }[]
  notice: { text: string; contentType: string; language: string; withdrawal?: string } | null
  until: number | null
  zone: string
}

const style =
  'body{font:1.125rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}' +
  '.shown{white-space:pre-wrap;border-left:.25rem solid #595959;padding-left:1rem}iframe{width:100%;height:24rem;border:1px solid #595959}' +
  'button{font:inherit;padding:.75rem 1.5rem;color:#fff;background:#0b5394;border:0;border-radius:.25rem}' +
  'button:focus-visible{outline:.2rem solid #1a1a1a;outline-offset:.2rem}'

/** For these pages alone: no script, no resource, and a form that can only be sent back here. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)

const page = (language: PageLanguage, body: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<meta name="robots" content="noindex"><title>${escape(words[language].title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>\n`

const shown = (language: PageLanguage, notice: NonNullable<Asked['notice']>): string => {
  const heading = `<h2>${escape(words[language].text)}</h2>`
  // A notice in HTML is shown as it was, in a frame that can run nothing.
  if (notice.contentType === 'text/html')
    return `${heading}<iframe sandbox title="${escape(words[language].text)}" srcdoc="${escape(notice.text)}"></iframe>`
  return `${heading}<div class="shown" lang="${escape(notice.language)}">${escape(notice.text)}</div>`
}

const purposes = (language: PageLanguage, asked: Asked): string =>
  asked.purposes
    .map(({ title, description, channels }) => {
      const by = channels.map((channel) => words[language].channel[channel]).join(', ')
      return `<li><strong>${escape(title)}</strong><p>${escape(description)}</p><p>${escape(words[language].channels(by))}</p></li>`
    })
    .join('')

/** Asks: the purposes, the exact text, one button. Showing it records nothing. */
export const askingPage = (language: PageLanguage, asked: Asked): string => {
  const said = words[language]
  const until =
    asked.until === null
      ? ''
      : new Date(asked.until).toLocaleString(language, { timeZone: asked.zone, dateStyle: 'long', timeStyle: 'short' })
  return page(
    language,
    `<h1>${escape(said.title)}</h1><p>${escape(said.asked(asked.controller))}</p><h2>${escape(said.agreeTo)}</h2><ul>${purposes(language, asked)}</ul>` +
      (asked.notice ? shown(language, asked.notice) : '') +
      `<form method="post"><p><button type="submit">${escape(said.confirm)}</button></p></form><p>${escape(said.ignore)}</p>` +
      (until === '' ? '' : `<p>${escape(said.until(until))}</p>`),
  )
}

/** Says that it is done, and how to take it back. */
export const confirmedPage = (language: PageLanguage, asked: Asked): string => {
  const said = words[language]
  const withdrawal = asked.notice?.withdrawal
  return page(
    language,
    `<h1>${escape(said.done)}</h1><ul>${purposes(language, asked)}</ul>` +
      (withdrawal === undefined ? '' : `<h2>${escape(said.withdrawal)}</h2><p>${escape(withdrawal)}</p>`),
  )
}

export const gonePage = (language: PageLanguage): string =>
  page(language, `<h1>${escape(words[language].gone)}</h1><p>${escape(words[language].goneWhy)}</p>`)

export const unknownPage = (language: PageLanguage): string =>
  page(language, `<h1>${escape(words[language].unknown)}</h1><p>${escape(words[language].unknownWhy)}</p>`)
