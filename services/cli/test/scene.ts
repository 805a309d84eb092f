// A ledger with one site and one visitor, for the tests of commands: started as the program that people start.
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOwnLedger } from '../src/ownLedger.ts'

export const noticeText = '<p>Je souhaite recevoir les offres de Campo : « oui » ou « non ».</p>\n'
export const anna = { scheme: 'email', value: 'anna.martin@example.org' }

/** The catalogue of a camp site; `title` is what its only purpose is called. */
export const catalogueText = (title: string, version = 1): string => `
controller: { id: campo, name: Campo SAS, address: 1 rue du Test, contact: dpo@campo.example.org, jurisdiction: FR, regulator: FR-CNIL }
sites: [{ id: campo-fr, name: Campo, origins: [], manageConsentLink: true }]
purposes:
  - id: news
    version: ${version}
    legalBasis: consent
    marketing: true
    channels: [email]
    dataKinds: [contact]
    recipients: []
    retention: P3Y
    text: { fr: { title: ${title}, description: Recevoir les offres } }
notices:
  - id: news-form
    version: 1
    change: new-processing
    validFrom: 2020-01-01
    purposes: [news]
    contentType: text/html
    withdrawal: { fr: Cliquez sur gérer }
    text: { fr: { file: news-form.fr.html } }
`

/** What Node has compiled before is kept from start to start. */
const compiled = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }

type KeyFile = { sites: Record<string, { secret: string }> }

/** `env` names the ledger for commands; `say` posts a choice of Anna's; `stop` ends the server and leaves the files. */
export type Scene = {
  root: string
  data: string
  env: Record<string, string>
  say: (decision: 'given' | 'refused') => Promise<void>
  stop: () => Promise<void>
  remove: () => Promise<void>
}

export const openScene = async (): Promise<Scene> => {
  const root = await mkdtemp(join(tmpdir(), 'ledger-'))
  const data = join(root, 'data')
  await writeFile(join(root, 'catalogue.yaml'), catalogueText('Offres'))
  await writeFile(join(root, 'news-form.fr.html'), noticeText)
  const { url, stop } = await startOwnLedger({ ...compiled, LEDGER_CATALOGUE: join(root, 'catalogue.yaml') }, data)
  const keys = JSON.parse(await readFile(join(data, 'keys.json'), 'utf8')) as KeyFile
  const say: Scene['say'] = async (decision) => {
    const response = await fetch(`${url}/v1/consents`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys.sites['campo-fr']?.secret ?? ''}`,
        'idempotency-key': randomUUID(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        subject: { identifiers: [anna] },
        notice: { id: 'news-form', version: 1, language: 'fr' },
        choices: [{ purpose: 'news', decision }],
        method: { kind: 'web-form', control: 'checkbox' },
      }),
    })
    if (response.status !== 201) throw new Error(await response.text())
  }
  return { root, data, env: { LEDGER_DATA: data, LEDGER_URL: url }, say, stop, remove: () => rm(root, { recursive: true }) }
}
