// The catalogue that random histories begin with: a purpose of each kind, and a profile whose rules begin and end while they run.
import { initialCatalogue, iso, type Catalogue, type Channel, type ControllerFact, type PurposeEntry, type RegulatorProfile } from '../../src/index.ts' // prettier-ignore
import { appendedTo, day } from '../scene.ts'

/** Midnight of the first day. */
export const start = Date.parse('2026-01-01T00:00:00.000Z')
export const midnight = (n: number): number => start + n * day
export const dayOf = (n: number): string => iso(midnight(n)).slice(0, 10)
export const channels: Channel[] = ['email', 'sms', 'post']

const entry = (id: string, over: Partial<PurposeEntry>): Omit<PurposeEntry, 'retired'> => ({
  id,
  version: 1,
  legalBasis: 'consent',
  marketing: true,
  channels: ['email', 'sms'],
  dataKinds: [],
  recipients: [],
  retention: 'P3Y',
  confirmation: 'none',
  audience: 'consumer',
  text: {},
  ...over,
})
const softOptIn = { seller: 'stays', categories: ['stay'] }
export const firstPurposes = [
  entry('news', {}),
  entry('clock', { lapse: 'P25D', channels: ['email'] }),
  entry('post', { legalBasis: 'legitimate-interest', channels: ['post'], lapse: 'P20D' }),
  entry('free', { legalBasis: 'legitimate-interest', channels: ['post'] }),
  entry('asked', { channels: ['post', 'email'], replaces: 'post' }),
  entry('again', { channels: ['post'], replaces: 'asked' }),
  entry('sale', { legalBasis: 'soft-opt-in', channels: ['email'], softOptIn, lapse: 'P30D' }),
  entry('deal', { legalBasis: 'contract', channels: ['email'] }),
  entry('dull', { legalBasis: 'contract', channels: ['email'], marketing: false }),
]
/** The last one was never published. */
export const purposes = [...firstPurposes.map(({ id }) => id), 'invented']

export const basisOf = (purpose: string) => firstPurposes.find(({ id }) => id === purpose)?.legalBasis ?? 'consent'
const dated = (from: number, until?: number) => ({
  source: 'test',
  from: dayOf(from),
  ...(until === undefined ? {} : { until: dayOf(until) }),
})
export const profile = (turn: number): RegulatorProfile => ({
  id: 'XX-TEST',
  version: 1,
  checked: '2026-01-01',
  bases: [
    ...channels.map((channel) => ({ basis: 'consent' as const, channel, audience: 'consumer' as const, ...dated(-400) })),
    { basis: 'legitimate-interest', channel: 'post', audience: 'consumer', ...dated(-400, turn) },
    { basis: 'legitimate-interest', channel: 'post', audience: 'consumer', ...dated(turn + 15) },
    { basis: 'soft-opt-in', channel: 'email', audience: 'consumer', ...dated(turn - 30) },
  ],
  longestValidity: [
    { channel: 'sms', value: 'P25D', ...dated(turn - 20, turn + 30) },
    { channel: 'sms', value: 'P12D', ...dated(turn + 10) },
  ],
  choiceMemory: [],
  ageOfConsent: [],
  clocks: [
    { name: 'prospect', value: 'P35D', ...dated(turn - 25, turn + 40) },
    { name: 'prospect', value: 'P15D', ...dated(turn + 40) },
  ],
})

export const noticeOf = (
  version: number,
  change: 'editorial' | 'material' | 'new-processing',
  validFrom: string,
  purposes: string[],
): ControllerFact => ({
  type: 'NoticePublished',
  data: {
    id: 'form',
    version,
    change,
    validFrom,
    purposes,
    contentType: 'text/plain',
    language: 'en',
    text: '',
    sha256: 'a'.repeat(64),
  },
})

export const firstCatalogue = (): Catalogue =>
  [
    [
      {
        type: 'ControllerRegistered',
        data: {
          id: 'campo',
          name: '-',
          address: '-',
          contact: '-',
          jurisdiction: 'FR',
          regulator: 'XX-TEST',
          entities: [],
          timeZone: 'Etc/UTC',
          languages: ['en'],
          country: 'FR',
          fourEyes: [],
          identifiers: [],
          emailLocalPart: 'fold',
        },
      },
      ...firstPurposes.map((data): ControllerFact => ({ type: 'PurposePublished', data })),
      noticeOf(1, 'new-processing', '2025-01-01', ['news']),
      { type: 'RegulatorProfileApplied', data: { profile: profile(60), sha256: 'a'.repeat(64) } },
    ] as ControllerFact[],
  ].reduce((catalogue, facts) => appendedTo(catalogue, facts, start), initialCatalogue('campo'))
