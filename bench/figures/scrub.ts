// A scrub over HTTP against the same look-ups bare, in turns; then a million lines in one request, and what it does to the memory of the ledger.
import { createReadStream, cpSync, createWriteStream } from 'node:fs'
import { request } from 'node:http'
import { once } from 'node:events'
import { finished, pipeline } from 'node:stream/promises'
import { median, spread, type Figure } from '../figure.ts'
import { newPath } from '../running/place.ts'
import { addressOf, withPeople, type Peopled } from '../running/people.ts'
import { launchLedger, operatorKey, residentMegabytes, runToEnd, type Program } from '../running/program.ts'

const rounds = 5
const [few, many] = [100_000, 1_000_000]
const bare = new URL('../programs/bareLookups.ts', import.meta.url)

/** A file of so many addresses: nine of ten belong to somebody, in no order. */
const addressesFile = async ({ people }: Peopled, lines: number): Promise<string> => {
  const file = newPath(`addresses-${lines}.ndjson`)
  const out = createWriteStream(file)
  for (let n = 0; n < lines; n++) {
    const who = n % 10 === 0 ? 4_000_000_000 + n : people.first + ((n * 7919) % people.count)
    if (!out.write(`${JSON.stringify({ scheme: 'email', value: addressOf(who) })}\n`)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
  return file
}

/** Lines a second, and how many may be contacted. Throws unless the answer is whole. */
const scrub = async (ledger: Program, key: string, file: string): Promise<{ perSecond: number; allowed: number }> => {
  const begun = performance.now()
  const asked = request(`${ledger.url}/v1/eligibility/scrub?purpose=commercial-mail&channel=email`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
  })
  const answered = once(asked, 'response') as Promise<[import('node:http').IncomingMessage]>
  const sent = pipeline(createReadStream(file), asked)
  const [answer] = await answered
  let allowed = 0
  let tail = ''
  let lines = 0
  for await (const chunk of answer.setEncoding('latin1') as AsyncIterable<string>) {
    const text = tail + chunk
    const end = text.lastIndexOf('\n') + 1
    for (let at = text.indexOf('"allowed":true'); at !== -1 && at < end; at = text.indexOf('"allowed":true', at + 1)) allowed++
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
    tail = text.slice(end)
    if (text.includes('"token"')) lines--
  }
  await sent
  return { perSecond: lines / ((performance.now() - begun) / 1000), allowed }
}

const growth = async (ledger: Program, work: () => Promise<unknown>): Promise<{ before: number; most: number }> => {
  const before = residentMegabytes(ledger.pid)
  let most = before
  const look = setInterval(() => (most = Math.max(most, residentMegabytes(ledger.pid))), 50)
  await work()
  clearInterval(look)
  return { before, most }
}

export const scrubbing: Figure = {
  name: 'scrub',
  about: `NDJSON of addresses checked against one purpose, ${few} lines a round, then ${many}`,
  measure: async () => {
    const peopled = await withPeople('scrub', 8)
    const key = operatorKey(peopled.data, 'marketing')
    const [small, large] = [await addressesFile(peopled, few), await addressesFile(peopled, many)]
    await peopled.ledger.stop()
    const copy = newPath('scrub-bare')
    cpSync(peopled.data, copy, { recursive: true })
    cpSync(`${peopled.data}.keys`, `${copy}.keys`, { recursive: true })
    const ledger = await launchLedger(peopled.data)
    const turns: { http: number[]; bare: number[] } = { http: [], bare: [] }
    for (let n = 0; n <= rounds; n++) {
      const over = await scrub(ledger, key, small)
      const without = JSON.parse(await runToEnd(bare, [copy, small])) as typeof over
      if (over.allowed !== without.allowed) throw new Error(`${over.allowed} may be contacted over HTTP, ${without.allowed} without`)
      if (n === 0) continue
      turns.http.push(over.perSecond)
      turns.bare.push(without.perSecond)
    }
    const memory = await growth(ledger, () => scrub(ledger, key, large))
    await ledger.stop()
    return {
      ratios: [
        { what: 'lines/s of a scrub', of: 'the same look-ups bare', ratio: median(turns.http) / median(turns.bare), bar: { least: 0.5 } },
        { what: 'most memory over a million lines', of: 'before', ratio: memory.most / memory.before, bar: { most: 1.3 } },
      ],
      notes: [
        `${peopled.people.count} people; over HTTP ${spread(turns.http, 'lines/s')}, bare ${spread(turns.bare, 'lines/s')}`,
        `memory ${memory.before.toFixed(0)} MB before, at most ${memory.most.toFixed(0)} MB during a million lines`,
      ],
    }
  },
}
