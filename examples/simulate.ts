// Sends a season of a thousand invented visitors through a running ledger and compares what it says of each with a model of its own.
// LEDGER_URL=http://127.0.0.1:8080 node examples/simulate.ts data/keys.json        exit 1 if anything differs
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { consentPurposes, expectedObjection, expectedState, otherMarketing, visitors, type Act, type Person } from './visitors.ts'

type Keys = { sites: Record<string, { secret: string; publishable: string } | undefined>; operators: { legal: string } }
type Answer = { status: number; body: Record<string, unknown>; headers: Headers }
type State = { states: { purpose: string; channel: string; state: string }[]; objections: { purpose: string }[] }
type Difference = { who: string; what: string; should: string; says: string }

const base = process.env['LEDGER_URL'] ?? 'http://127.0.0.1:8080'
const keysFile = process.argv[2]
if (keysFile === undefined) throw new Error('usage: simulate.ts KEYS_JSON')
const keys = JSON.parse(readFileSync(keysFile, 'utf8')) as Keys
const siteKeys = keys.sites['huttopia-fr']
if (!siteKeys) throw new Error('keys.json has no keys for the site huttopia-fr: is this the example catalogue?')
const seed = 4
const startedAt = Date.now()
const everybody = visitors(1_000, seed, startedAt.toString(36), startedAt)
const differences: Difference[] = []
const sent = { acts: 0, again: 0, clashes: 0, queued: 0, waits: 0 }

const differ = (who: string, what: string, should: string, says: string): void => {
  differences.push({ who, what, should, says })
}

const problem = (answer: Answer): string => `${answer.status} ${typeof answer.body['code'] === 'string' ? answer.body['code'] : ''}`

/** Sends until the ledger has answered for good. What it could not take now is sent again as it was: same key, same words. */
const post = async (path: string, key: string, body: unknown, idempotencyKey?: string): Promise<Answer> => {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    origin: 'https://europe.huttopia.com',
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
  for (;;) {
    const reply = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await reply.text()
    if (reply.status !== 429 && reply.status !== 503) return { status: reply.status, body: JSON.parse(text), headers: reply.headers }
    sent.waits++
    await new Promise((resolve) => setTimeout(resolve, Number(reply.headers.get('retry-after') ?? 1) * 1000))
  }
}

const send = async (act: Act): Promise<void> => {
  const key = siteKeys[act.by]
  const first = await post(`/v1/${act.route}`, key, act.body, act.key)
  sent.acts++
  if (first.status !== 201) differ(act.key, act.route, '201', problem(first))
  if (act.twice) {
    const again = await post(`/v1/${act.route}`, key, act.body, act.key)
    sent.again++
    const same = again.status === 200 && again.headers.get('idempotency-replayed') === 'true' && isDeepStrictEqual(again.body, first.body)
    if (!same) differ(act.key, 'sent again', 'the first answer, 200', problem(again))
  }
  if (act.clash) {
    const other = await post(`/v1/${act.route}`, key, { ...act.body, occurredAt: new Date(startedAt - 1000).toISOString() }, act.key)
    sent.clashes++
    if (other.status !== 409) differ(act.key, 'the key for something else', '409', String(other.status))
  }
}

/** The offline queue, in the order in which it happens to be emptied; some of it twice. */
const sendQueue = async (acts: Act[]): Promise<void> => {
  const items = acts.map((act) => ({ idempotencyKey: act.key, act: act.route === 'consents' ? 'consent' : 'withdrawal', ...act.body }))
  for (const [round, wanted] of [201, 200].entries()) {
    const batch = round === 0 ? items : items.filter((_, place) => acts[place]?.twice)
    if (batch.length === 0) continue
    const reply = await post('/v1/consents/batch', siteKeys.secret, { items: batch })
    if (round === 0) sent.queued += batch.length
    else sent.again += batch.length
    const results = (reply.body['results'] ?? []) as { status: number }[]
    for (const [place, item] of batch.entries()) {
      const status = results[place]?.status ?? reply.status
      if (status !== wanted) differ(item.idempotencyKey, 'from the queue', String(wanted), String(status))
    }
  }
}

/** Runs `work` on all of `list`, 16 at a time. */
const together = async <T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const left = list.values()
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

const subjectOf = async (person: Person): Promise<string | null> => {
  const reply = await post('/v1/subjects/lookup', keys.operators.legal, { identifiers: person.identifiers.slice(0, 1) })
  return reply.status === 200 ? (reply.body['subjectId'] as string | null) : null
}

const stateOf = async (subjectId: string): Promise<State> => {
  const reply = await fetch(`${base}/v1/subjects/${subjectId}/state`, { headers: { authorization: `Bearer ${keys.operators.legal}` } })
  return (await reply.json()) as State
}

const counts = new Map<string, { should: number; says: number }>()
const count = (state: string, which: 'should' | 'says'): void => {
  const row = counts.get(state) ?? { should: 0, says: 0 }
  row[which]++
  counts.set(state, row)
}

/** One line for a person: each purpose and channel that anything is known of, what the ledger says and, where it differs, what it should say. */
const compare = async (person: Person): Promise<string> => {
  const subjectId = await subjectOf(person)
  if (subjectId === null) {
    differ(person.name, 'look-up', 'one subject', 'none, or several')
    return `${person.name}  not found`
  }
  const state = await stateOf(subjectId)
  const shown: string[] = []
  const hold = (what: string, should: string, says: string, silent: string): void => {
    count(should, 'should')
    count(says, 'says')
    if (should !== says) differ(person.name, what, should, says)
    if (should !== silent || says !== silent) shown.push(`${what} ${says}${should === says ? '' : ` (should be ${should})`}`)
  }
  const now = Date.now()
  for (const [purpose, channels] of Object.entries(consentPurposes)) {
    for (const channel of channels) {
      const row = state.states.find((one) => one.purpose === purpose && one.channel === channel)
      hold(`${purpose}/${channel}`, expectedState(person, purpose, channel, now), row?.state ?? 'not listed', 'unknown')
    }
  }
  for (const purpose of Object.keys(otherMarketing)) {
    const says = state.objections.some((one) => one.purpose === purpose)
    hold(purpose, expectedObjection(person, purpose) ? 'objected' : 'not objected', says ? 'objected' : 'not objected', 'not objected')
  }
  return `${person.name}  ${shown.join(', ')}`
}

const all = everybody.flatMap((one) => one.acts)
await together(everybody, async (one) => {
  for (const act of one.acts) if (!act.queued && !act.today) await send(act)
})
// By key, which is random: late, and in no order that the visitors would know.
const queue = all.filter((act) => act.queued).sort((a, b) => (a.key < b.key ? -1 : 1))
for (let from = 0; from < queue.length; from += 100) await sendQueue(queue.slice(from, from + 100))
await together(
  all.filter((act) => act.today),
  send,
)

const lines: string[] = []
await together(
  everybody.flatMap((one) => one.people),
  async (person) => {
    lines.push(await compare(person))
  },
)
for (const line of lines.sort()) console.log(line)
console.log(
  `\n${everybody.length} visitors, ${sent.acts} acts, ${sent.queued} more from offline queues, ${sent.again} sent again, ${sent.clashes} keys misused, ${sent.waits} waits`,
)
console.table(
  Object.fromEntries(
    [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([state, row]) => [state, { should: row.should, ledger: row.says }]),
  ),
)
for (const one of differences) console.log(`DIFFERENT ${one.who}: ${one.what} should be ${one.should}, is ${one.says}`)
console.log(differences.length === 0 ? 'no difference' : `${differences.length} differences`)
process.exitCode = differences.length === 0 ? 0 : 1
