// The givens of the decision table in words, for the names of tests and for docs/eligibility.md.
import type { Given, Time } from './given.ts'
import type { Asked, Row } from './table/row.ts'

/** `2026-03-02` stays so; another time as `2026-03-02 13:00 UTC`, with seconds where it has any. */
export const timeInWords = (time: Time): string => {
  if (time.length === 10) return time
  const [date = '', clock = ''] = time.replace('Z', '').split('T')
  return `${date} ${clock.replace('.000', '').replace(/:00$/, '')} UTC`
}

const code = (id: string): string => `\`${id}\``
const list = (ids: readonly string[]): string => ids.map(code).join(', ')
const verbs = {
  gives: 'yes to',
  refuses: 'refuses',
  dismisses: 'closes without an answer the question of',
  withdraws: 'withdraws',
  objects: 'objects to',
} as const
const words = ['marketing', 'all']
const through = { browser: 'by a browser’s key', file: 'from a file' } as const
const versionInWords = (to: Extract<Given, { does: 'changesPurpose' }>['to']): string =>
  Object.entries(to)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join(', ')

const said = (given: Extract<Given, { purpose: string; does: keyof typeof verbs }>): string =>
  [
    `${verbs[given.does]} ${words.includes(given.purpose) ? given.purpose : code(given.purpose)}`,
    ...(given.channels ? [`by ${given.channels.join(', ')}`] : []),
    ...(given.through ? [through[given.through]] : []),
    ...(given.exported ? [`of ${timeInWords(given.exported)}`] : []),
  ].join(' ')

const bought = ({ seller, category, addressCollected, offered, refused }: Extract<Given, { does: 'buys' }>): string =>
  [
    `buys ${category} of ${seller}`,
    addressCollected ? 'address collected' : 'address not collected',
    offered.length === 0 ? 'no refusal offered' : `refusal of ${list(offered)} offered`,
    ...(refused.length === 0 ? [] : [`refused ${list(refused)}`]),
  ].join(', ')

const happened = (given: Given): string => {
  switch (given.does) {
    case 'gives':
    case 'refuses':
    case 'dismisses':
    case 'withdraws':
    case 'objects':
      return said(given)
    case 'buys':
      return bought(given)
    case 'contacts':
      return `a ${given.kind}`
    case 'confirms':
      return `confirms (${given.nth})`
    case 'liftsObjection':
      return `the DPO lifts the objection (${given.nth})`
    case 'restricts':
      return given.purposes === 'all' ? 'everything is restricted' : `${list(given.purposes)} is restricted`
    case 'liftsRestriction':
      return `the restriction (${given.nth}) is lifted`
    case 'erases':
      return 'erased'
    case 'links':
      return 'a device is linked'
    case 'changesNotice':
      return `the notice ${given.notice === undefined ? '' : `of ${code('booking')} `}changes (${given.change}), valid from ${given.from}${given.shows === undefined ? '' : `, and shows ${list(given.shows)}`}`
    case 'changesPurpose':
      return `${code(given.purpose)} has a new version: ${versionInWords(given.to)}`
    case 'publishes':
      return `${code(given.purpose)} is published`
    case 'retires':
      return `${code(given.purpose)} is to be retired on ${given.from}`
    case 'hasNoProfile':
      return 'no profile is applied'
  }
}

/** One given, numbered as it stands. */
export const givenInWords = (given: Given, place: number): string => {
  const done = 'done' in given && given.done !== undefined ? `, recorded ${timeInWords(given.on)}` : ''
  const day = 'done' in given && given.done !== undefined ? given.done : given.on
  return `(${place + 1}) ${timeInWords(day)} ${happened(given)}${done}`
}

export const askedInWords = ({ purpose, channel = 'email', at, knownAt }: Asked): string =>
  `${code(purpose)} by ${channel} at ${timeInWords(at)}${knownAt === undefined ? '' : `, known at ${timeInWords(knownAt)}`}`

export const answerInWords = ({ answer: { reason, until, basis, by } }: Row): string =>
  [
    `\`${reason}\``,
    ...(by === null ? [] : [`by (${by})`]),
    ...(until === null ? [] : [`until ${timeInWords(until)}`]),
    ...(basis === null ? ['no basis'] : []),
  ].join(', ')
