// A marketing system's side of the eligibility feed: `follow` keeps the latest verdicts, `list` writes a mailing list from them.
import { parseArgs } from 'node:util'
import { follow } from './follow.ts'
import { Stale, writeMailingList } from './mailingList.ts'
import { State } from './state.ts'

const usage = `node examples/feed-consumer/main.ts follow --brokers 127.0.0.1:9092 --group newsletter-tool [--state state.sqlite]
node examples/feed-consumer/main.ts list --addresses addresses.ndjson --verdicts verdicts.ndjson --purpose commercial-mail --channel email --out list.txt
                                         [--state state.sqlite] [--stale-after 60]`

const options = {
  brokers: { type: 'string' },
  group: { type: 'string' },
  state: { type: 'string', default: 'state.sqlite' },
  addresses: { type: 'string' },
  verdicts: { type: 'string' },
  purpose: { type: 'string' },
  channel: { type: 'string' },
  out: { type: 'string' },
  'stale-after': { type: 'string', default: '60' },
} as const

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** 0: done; 1: stale, nothing written; 2: not understood. */
const run = async (): Promise<number> => {
  const { positionals, values } = parseArgs({ options, allowPositionals: true })
  const [command] = positionals
  const { brokers, group, addresses, verdicts, purpose, channel, out } = values
  if (command === 'follow' && brokers !== undefined && group !== undefined) {
    const state = new State(values.state)
    const following = await follow({ kafka: { clientId: group, brokers: brokers.split(',') }, group, state, clock: Date.now, say })
    const fresh = setInterval(() => {
      const { asOf } = state.freshness()
      say(asOf === null ? 'not read to the end yet' : `everything up to ${new Date(asOf).toISOString()} is known`)
    }, 10_000)
    const { promise: told, resolve: stop } = Promise.withResolvers<void>()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop())
    await told
    clearInterval(fresh)
    await following.stop()
    state.close()
    return 0
  }
  if (command === 'list' && addresses && verdicts && purpose && channel && out) {
    const state = new State(values.state)
    const staleAfter = Number(values['stale-after']) * 1000
    const { written, left } = await writeMailingList({ state, addresses, verdicts, purpose, channel, out, now: Date.now(), staleAfter })
    say(`${written} may be contacted, ${left} may not.`)
    state.close()
    return 0
  }
  process.stderr.write(`${usage}\n`)
  return 2
}

try {
  process.exitCode = await run()
} catch (error) {
  process.stderr.write(
    `${error instanceof Stale ? 'Nobody may be written to now: ' : ''}${error instanceof Error ? error.message : 'failed'}\n`,
  )
  process.exitCode = error instanceof Stale ? 1 : 2
}
