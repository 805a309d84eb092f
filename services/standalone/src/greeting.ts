// What a start prints: the address, where the keys are, and three commands that can be pasted as they stand.
import { readFileSync } from 'node:fs'
import { keysFileIn } from './begin.ts'

type Keys = { sites: Record<string, { secret: string }> }

const readKeys = (file: string): Keys | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Keys
  } catch {
    return null
  }
}

const post = (url: string, path: string, key: string, idempotencyKey: string, body: object): string =>
  [
    `curl -sS ${url}${path} \\`,
    `  -H 'Authorization: Bearer ${key}' -H 'Idempotency-Key: ${idempotencyKey}' -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n')

const subject = { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] }
const signUp = {
  subject,
  notice: { id: 'newsletter-form', version: 1, language: 'fr' },
  choices: [
    { purpose: 'commercial-mail', decision: 'given', channels: ['email'] },
    { purpose: 'personalised-ads', decision: 'refused' },
  ],
  method: { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'newsletter' },
  evidence: { ip: '203.0.113.9', pageUrl: 'https://europe.huttopia.com/newsletter' },
}

/** The three commands, on the example's site and an invented person; the first of them, pasted twice, shows that the same act has one effect. */
const commandsFor = (url: string, data: string, key: string): string[] => [
  '1. A visitor signs up for the newsletter and refuses personalised ads:',
  post(url, '/v1/consents', key, 'try-sign-up', signUp),
  '',
  '2. She withdraws:',
  post(url, '/v1/withdrawals', key, 'try-withdraw', { subject, purposes: ['commercial-mail'] }),
  '',
  '3. The legal team takes the proof, with the exact text that she was shown:',
  `${url.endsWith(':8080') ? '' : `LEDGER_URL=${url} `}${data === './data' ? '' : `LEDGER_DATA=${data} `}npx -y pnpm@12.21.0 --silent ledger proof --email anna.martin@example.org --reason 'A first look' --out ./proof`,
]

/** What a first start has done: nothing, of a later one. */
export const firstSteps = ({ data, demo, first }: { data: string; demo: boolean; first: boolean }): string[] => [
  ...(demo ? ['DEMO: the example catalogue examples/huttopia was applied, since LEDGER_CATALOGUE names none.'] : []),
  ...(first ? [`The first keys are in ${keysFileIn(data)}. Keep what you need of it elsewhere, then delete it.`] : []),
]

/** Lines for a person. `demo`: the example catalogue was applied just now. Only then a key is shown: the example's own, on loopback. */
export const greeting = ({ url, data, demo, first }: { url: string; data: string; demo: boolean; first: boolean }): string[] => {
  const key = demo ? readKeys(keysFileIn(data))?.sites['huttopia-fr']?.secret : undefined
  return [
    `Ready at ${url}   (docs: ${url}/docs)`,
    ...firstSteps({ data, demo, first }),
    ...(key === undefined ? [] : ['', ...commandsFor(url, data, key), '']),
  ]
}
