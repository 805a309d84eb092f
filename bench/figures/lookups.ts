// Look-ups of whom may be contacted: over HTTP against an empty route, and in a read model of ten million rows against one of ten thousand.
import { median, spread, type Figure } from '../figure.ts'
import { eligibilityRows } from '../running/eligibilityRows.ts'
import { number, runLoad, type Round, type Template } from '../running/load.ts'
import { addressOf, withPeople } from '../running/people.ts'
import { launch, operatorKey, type Program } from '../running/program.ts'

const rounds = 5
const seconds = 3
const [few, many] = [10_000, 10_000_000]
const looks = 4_000
const emptyRoute = new URL('../programs/emptyRoute.ts', import.meta.url)

const lookup = (key: string, among: Template['among'] & object): Template => ({
  path: '/v1/eligibility',
  headers: { authorization: `Bearer ${key}` },
  body: JSON.stringify({
    identifiers: [{ scheme: 'email', value: `visitor.${number}@example.org` }],
    purpose: 'commercial-mail',
    channel: 'email',
  }),
  items: 1,
  among,
})

type Turns = Record<'empty' | 'ledger', Round[]>

const inTurns = async (servers: Record<'empty' | 'ledger', Program>, template: Template): Promise<Turns> => {
  const turns: Turns = { empty: [], ledger: [] }
  // The first round of each only warms up.
  for (let n = 0; n <= rounds; n++) {
    for (const name of ['empty', 'ledger'] as const) {
      const round = await runLoad({ url: servers[name].url, template, connections: 64, seconds })
      if (n > 0) turns[name].push(round)
    }
  }
  return turns
}

/** Throws unless the first of the people may be contacted: a figure of answers to nobody would mean nothing. */
const demandAllowed = async (url: string, { body, headers }: Template, who: string): Promise<void> => {
  const reply = await fetch(`${url}/v1/eligibility`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: body.replace(`visitor.${number}@example.org`, who),
  })
  const answer = (await reply.json()) as { allowed?: boolean }
  if (answer.allowed !== true) throw new Error(`the look-up answered ${reply.status}: ${JSON.stringify(answer)}`)
}

const overHttp = async (): Promise<Turns> => {
  const { ledger, data, people } = await withPeople('lookups', 4)
  const empty = await launch({ file: emptyRoute })
  const template = lookup(operatorKey(data, 'marketing'), people)
  await demandAllowed(ledger.url, template, addressOf(people.first))
  const turns = await inTurns({ empty, ledger }, template)
  await ledger.stop()
  await empty.stop()
  return turns
}

/** µs a look-up, each of a subject at random. */
const bySize = async (): Promise<{ small: number[]; large: number[] }> => {
  const [small, large] = [await eligibilityRows(few), await eligibilityRows(many)]
  const turns: { small: number[]; large: number[] } = { small: [], large: [] }
  for (let n = 0; n <= 7; n++) {
    const pair = [await small.look(looks), await large.look(looks)] as const
    if (n === 0) continue
    turns.small.push(pair[0])
    turns.large.push(pair[1])
  }
  await small.close()
  await large.close()
  return turns
}

export const lookups: Figure = {
  name: 'lookups',
  about: 'POST /v1/eligibility by e-mail address, 64 connections; and a look-up by the number of rows',
  measure: async () => {
    const turns = await overHttp()
    const rate = (name: keyof Turns): number => median(turns[name].map((round) => round.perSecond))
    const sizes = await bySize()
    return {
      ratios: [
        {
          what: 'look-ups/s of the ledger',
          of: 'posts/s of an empty Fastify route',
          ratio: rate('ledger') / rate('empty'),
          bar: { least: 0.2 },
        },
        { what: 'a look-up at 10 M rows', of: 'at 10 k', ratio: median(sizes.large) / median(sizes.small), bar: { most: 1.5 } },
      ],
      notes: [
        `ledger: ${spread(
          turns.ledger.map(({ perSecond }) => perSecond),
          'look-ups/s',
        )}, p99 ${median(turns.ledger.map(({ p99 }) => p99)).toFixed(1)} ms`,
        `empty route: ${spread(
          turns.empty.map(({ perSecond }) => perSecond),
          'posts/s',
        )}`,
        `in the read model: ${median(sizes.small).toFixed(1)} µs at 10 k rows, ${median(sizes.large).toFixed(1)} µs at 10 M`,
      ],
    }
  },
}
