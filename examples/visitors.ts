// A season of invented visitors for simulate.ts: what each one does and when, and a plain model of what should be known of them at the end.
import { randomUUID } from 'node:crypto'

export type Identifier = { scheme: 'email' | 'phone' | 'customer' | 'cookie'; value: string }
type Said = 'yes' | 'refused' | 'withdrawn' | 'objected'
/** `at` epoch ms; Infinity for an act of today, which the ledger's own clock puts after all others. */
type Answer = { purpose: string; channel: string; said: Said; at: number }
/** What the model knows of one subject: an account or a device. */
export type Person = { name: string; identifiers: Identifier[]; answers: Answer[] }
/**
 * One act as a site would send it. `key` is made once, with the act, and never again. `queued`: kept in an offline queue and sent after the season,
 * in any order. `twice`: the site did not hear the answer and sends it again. `clash`: a faulty site uses the key for something else.
 */
export type Act = {
  key: string
  route: 'consents' | 'withdrawals'
  by: 'secret' | 'publishable'
  body: Record<string, unknown>
  today: boolean
  queued: boolean
  twice: boolean
  clash: boolean
}
/** `acts` in the order in which the visitor did them. */
export type Visitor = { acts: Act[]; people: Person[] }

const day = 86_400_000
const season = 240 * day
const bannerPurposes = ['audience-measurement', 'personalised-content', 'personalised-ads', 'social-sharing']
/** Every purpose that rests on consent, with its channels, and the marketing that rests on something else (examples/huttopia/catalogue.yaml). */
export const consentPurposes: Record<string, string[]> = {
  ...Object.fromEntries(bannerPurposes.map((purpose) => [purpose, ['web']])),
  'commercial-mail': ['email', 'sms'],
  'commercial-phone': ['phone'],
  'mail-opening': ['email'],
  'third-party-access': ['web'],
}
export const otherMarketing: Record<string, string[]> = { 'commercial-post': ['post'], 'purchase-analysis': ['post'] }
/** Consents to these purposes hold six months, the others until they are taken back. */
const holdsSixMonths = new Set(bannerPurposes)

/** Mulberry32: the same seed, the same season. */
const chance = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const sixMonthsAfter = (at: number): number => {
  const from = new Date(at)
  const end = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 6, 1, from.getUTCHours(), from.getUTCMinutes()))
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate()
  return end.setUTCDate(Math.min(from.getUTCDate(), lastDay))
}

/** What the ledger should say of one purpose on one channel at `now`. */
export const expectedState = (person: Person, purpose: string, channel: string, now: number): string => {
  const answers = person.answers.filter((one) => one.purpose === purpose && one.channel === channel && one.said !== 'objected')
  const holdsAt = (yes: Answer, at: number): boolean =>
    !holdsSixMonths.has(purpose) || yes.at === Infinity || sixMonthsAfter(yes.at) > Math.min(at, now)
  let last: Answer | undefined
  let renewed = false
  for (const answer of answers.sort((a, b) => a.at - b.at)) {
    renewed = answer.said === 'yes' && last?.said === 'yes' && holdsAt(last, answer.at)
    last = answer
  }
  if (!last) return 'unknown'
  if (last.said !== 'yes') return last.said
  if (!holdsAt(last, now)) return 'expired'
  return renewed ? 'renewed' : 'given'
}

export const expectedObjection = (person: Person, purpose: string): boolean =>
  person.answers.some((one) => one.purpose === purpose && one.said === 'objected')

type Scene = { random: () => number; at: number; now: number; language: string; device: Person; account: Person; acts: Act[] }

const iso = (at: number): string => new Date(at).toISOString()
const when = (scene: Scene): Record<string, unknown> => (scene.at === Infinity ? {} : { occurredAt: iso(scene.at) })

const add = (scene: Scene, act: Pick<Act, 'route' | 'by' | 'body'>): void => {
  const today = scene.at === Infinity
  const first = scene.acts.length === 0
  const queued = !today && !first && act.by === 'secret' && scene.random() < 0.15
  const twice = scene.random() < 0.1
  scene.acts.push({ ...act, key: randomUUID(), today, queued, twice, clash: !queued && scene.random() < 0.02 })
}

const note = (person: Person, purposes: string[], said: Said, at: number, channels?: string[]): void => {
  for (const purpose of purposes) {
    const all = consentPurposes[purpose] ?? otherMarketing[purpose] ?? []
    for (const channel of channels ?? all) person.answers.push({ purpose, channel, said, at })
  }
}

/** The cookie banner, by the browser's own key or through the site's server. Closing it is a no. */
const answerBanner = (scene: Scene, accepted: string[], closed = false): void => {
  const refused = bannerPurposes.filter((purpose) => !accepted.includes(purpose))
  add(scene, {
    route: 'consents',
    by: scene.device.name.endsWith('0') ? 'publishable' : 'secret',
    body: {
      subject: { identifiers: scene.device.identifiers },
      notice: { id: 'cookie-banner', version: 1, language: scene.language },
      choices: [
        ...accepted.map((purpose) => ({ purpose, decision: 'given' })),
        ...refused.map((purpose) => ({ purpose, decision: closed ? 'dismissed' : 'refused' })),
      ],
      ...when(scene),
      method: { kind: 'banner', control: 'button', layer: 1, presentation: scene.language === 'fr' ? 'banner-a' : 'banner-a-en' },
    },
  })
  note(scene.device, accepted, 'yes', scene.at)
  note(scene.device, refused, 'refused', scene.at)
}

/** The newsletter form after a log-in: account and device are named together, and nothing is inherited from one to the other. */
const answerForm = (scene: Scene, channels: string[], others: string[]): void => {
  const silent = ['mail-opening', 'personalised-ads'].filter((purpose) => !others.includes(purpose))
  const not = ['email', 'sms'].filter((channel) => !channels.includes(channel))
  add(scene, {
    route: 'consents',
    by: 'secret',
    body: {
      subject: { identifiers: [...scene.account.identifiers, ...scene.device.identifiers] },
      notice: { id: 'newsletter-form', version: 1, language: scene.language },
      choices: [
        ...(channels.length > 0 ? [{ purpose: 'commercial-mail', decision: 'given', channels }] : []),
        ...(not.length > 0 ? [{ purpose: 'commercial-mail', decision: 'refused', channels: not }] : []),
        ...others.map((purpose) => ({ purpose, decision: 'given' })),
        ...silent.map((purpose) => ({ purpose, decision: 'refused' })),
      ],
      ...when(scene),
      method: {
        kind: 'web-form',
        control: 'checkbox',
        layer: 1,
        workflow: 'account',
        presentation: scene.language === 'fr' ? 'form-a' : 'form-a-en',
      },
      evidence: { pageUrl: 'https://europe.huttopia.com/newsletter', sessionId: `session-${scene.account.name}` },
    },
  })
  note(scene.account, ['commercial-mail'], 'yes', scene.at, channels)
  note(scene.account, ['commercial-mail'], 'refused', scene.at, not)
  note(scene.account, others, 'yes', scene.at)
  note(scene.account, silent, 'refused', scene.at)
}

const withdraw = (scene: Scene, person: Person, purposes: string[], channels?: string[]): void => {
  const subject = { identifiers: person.identifiers.slice(0, 1) }
  add(scene, {
    route: 'withdrawals',
    by: 'secret',
    body: { subject, purposes, ...(channels ? { channels } : {}), ...when(scene), method: { kind: 'email-link' } },
  })
  note(person, purposes, 'withdrawn', scene.at, channels)
}

/** "Leave me alone": it reaches the account and the device, every consent, and whatever marketing rests on something else. */
const withdrawAll = (scene: Scene): void => {
  const identifiers = [...scene.account.identifiers.slice(0, 1), ...scene.device.identifiers]
  add(scene, {
    route: 'withdrawals',
    by: 'secret',
    body: { subject: { identifiers }, purposes: 'all', ...when(scene), method: { kind: 'preference-centre' } },
  })
  for (const person of [scene.account, scene.device]) {
    note(person, Object.keys(consentPurposes), 'withdrawn', scene.at)
    note(person, Object.keys(otherMarketing), 'objected', scene.at)
  }
}

/** A no to something that never rested on consent is an objection (GDPR Art. 21), whatever the site calls it. */
const refusePost = (scene: Scene): void => {
  const choices = [{ purpose: 'commercial-post', decision: 'refused' }]
  const notice = { id: 'privacy-policy', version: 1, language: 'en' }
  const subject = { identifiers: scene.account.identifiers.slice(0, 1) }
  add(scene, { route: 'consents', by: 'secret', body: { subject, notice, choices, ...when(scene), method: { kind: 'web-form' } } })
  note(scene.account, ['commercial-post'], 'objected', scene.at)
}

const pick = <T>(random: () => number, list: readonly T[]): T[] => list.filter(() => random() < 0.5)

const visitBanner = (scene: Scene): void => {
  const mood = scene.random()
  if (mood < 0.4) answerBanner(scene, bannerPurposes)
  else if (mood < 0.7) answerBanner(scene, [])
  else if (mood < 0.85) answerBanner(scene, [], true)
  else answerBanner(scene, pick(scene.random, bannerPurposes))
}

const fillForm = (scene: Scene): void => {
  const mood = scene.random()
  const channels = mood < 0.3 ? ['email', 'sms'] : mood < 0.75 ? ['email'] : []
  answerForm(scene, channels, channels.length === 0 ? [] : pick(scene.random, ['mail-opening', 'personalised-ads']))
}

const later = (scene: Scene): void => {
  scene.at += Math.ceil((3 + scene.random() * 45) * 1440) * 60_000
  // A consent of six months that would end about today: moved a little, so that the result does not depend on the hour of the run.
  const age = (scene.now - scene.at) / day
  if (age > 178 && age < 187) scene.at += 10 * day
}

const happenings: ((scene: Scene) => void)[] = [
  visitBanner,
  fillForm,
  fillForm,
  (scene) => withdraw(scene, scene.account, ['commercial-mail']),
  (scene) => withdraw(scene, scene.account, ['commercial-mail'], ['sms']),
  (scene) =>
    withdraw(
      scene,
      scene.device,
      pick(scene.random, bannerPurposes)
        .concat('personalised-ads')
        .filter((one, at, all) => all.indexOf(one) === at),
    ),
  withdrawAll,
  refusePost,
]

const visitor = (number: number, run: string, random: () => number, now: number): Visitor => {
  const name = String(number).padStart(4, '0')
  const email: Identifier = { scheme: 'email', value: `visitor-${name}.${run}@example.org` }
  const account: Person = { name: `account ${name}`, identifiers: [email, { scheme: 'customer', value: `${run}-${name}` }], answers: [] }
  const device: Person = { name: `device ${name}`, identifiers: [{ scheme: 'cookie', value: randomUUID() }], answers: [] }
  const scene: Scene = {
    random,
    at: now - season + Math.floor(random() * 190 * 1440) * 60_000,
    now,
    language: random() < 0.7 ? 'fr' : 'en',
    device,
    account,
    acts: [],
  }
  later(scene)
  visitBanner(scene)
  for (const many = Math.floor(random() * 5); scene.acts.length <= many;) {
    later(scene)
    if (scene.at > now - 2 * day) break
    happenings[Math.floor(random() * happenings.length)]?.(scene)
  }
  if (random() < 0.1) {
    scene.at = Infinity
    happenings[Math.floor(random() * happenings.length)]?.(scene)
  }
  return { acts: scene.acts, people: [device, account].filter((person) => person.answers.length > 0) }
}

/** `many` visitors of one season that ends at `now`. `run` keeps the people of one run apart from those of another on the same ledger. */
export const visitors = (many: number, seed: number, run: string, now: number): Visitor[] => {
  const random = chance(seed)
  return Array.from({ length: many }, (_, number) => visitor(number + 1, run, random, now))
}
