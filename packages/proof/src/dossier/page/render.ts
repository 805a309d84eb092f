// The report as a page that a judge reads and prints: self-contained, a function of the report alone.
import type { DossierReport } from '../report.ts'
import { asked } from './asked.ts'
import { pageOf } from './context.ts'
import { html } from './html.ts'
import { verdicts } from './states.ts'
import { story } from './story.ts'
import { style } from './style.ts'
import { checking, missing, vouching } from './trust.ts'
import { heading, parties, whoseTime } from './who.ts'

/** The page as HTML text, in the report's language. It loads nothing and runs nothing; the same report gives the same bytes, whatever the machine. */
export const render = (report: DossierReport): string => {
  const page = pageOf(report)
  const { proof } = report
  const body = [
    heading(page),
    whoseTime(page),
    parties(page),
    ...verdicts(page),
    asked(page),
    story(page),
    vouching(page),
    missing(page),
    checking(page),
  ]
  return html`<!doctype html>
    <html lang="${proof.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${page.words.title} ${proof.id}</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.html
}
