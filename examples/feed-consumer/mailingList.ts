// A mailing list: addresses joined by the subject ids of a scrub with what the feed has told since. Whatever is not known to be allowed is left out.
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { State } from './state.ts'

export type Listing = {
  state: State
  /** The file that was scrubbed: NDJSON of `{ "scheme", "value" }`. */
  addresses: string
  /** What the scrub answered: one verdict for each line of `addresses`. */
  verdicts: string
  purpose: string
  channel: string
  out: string
  /** Epoch ms. */
  now: number
  /** Oldest state that may be acted on, ms. */
  staleAfter: number
}

/** The state is older than may be acted on: nobody is written to. */
export class Stale extends Error {}

const lines = (path: string): AsyncIterableIterator<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()

/** Subject ids by the number of their line, in order; a line without one is nobody the ledger knows. */
async function* subjects(path: string): AsyncGenerator<{ line: number; subjectId: string | null }> {
  for await (const text of { [Symbol.asyncIterator]: () => lines(path) }) {
    const { line, subjectId } = JSON.parse(text) as { line?: number; subjectId?: string | null }
    if (line !== undefined) yield { line, subjectId: subjectId ?? null }
  }
}

/** Joins line by line. An empty line of the addresses has no verdict and still counts. */
const writePart = async (part: string, listing: Listing, epoch: bigint): Promise<{ written: number; left: number }> => {
  const { state, purpose, channel, now } = listing
  const counts = { written: 0, left: 0 }
  const file = await open(part, 'w', 0o600)
  try {
    const verdicts = subjects(listing.verdicts)
    let line = 0
    for await (const text of { [Symbol.asyncIterator]: () => lines(listing.addresses) }) {
      line++
      if (text.trim() === '') continue
      const verdict = await verdicts.next()
      if (verdict.done === true || verdict.value.line !== line) throw new Error(`line ${line}: addresses and verdicts are not of one scrub`)
      const { subjectId } = verdict.value
      const known = subjectId === null ? null : state.verdict(subjectId, purpose, channel, epoch)
      const allowed = known !== null && known.allowed && (known.until === null || known.until > now)
      counts[allowed ? 'written' : 'left']++
      if (allowed) await file.write(`${(JSON.parse(text) as { value: string }).value}\n`)
    }
    if ((await verdicts.next()).done !== true) throw new Error('more verdicts than addresses: they are not of one scrub')
    await file.sync()
  } finally {
    await file.close()
  }
  return counts
}

/**
 * Writes the values of `addresses` that may be contacted now, one a line, to `out` (0600; there whole or not at all).
 * Errors: Stale; a purpose and channel of which the feed has told nothing. A verdict without its address, or an address without its verdict, is an error too: the two files are not of one scrub.
 */
export const writeMailingList = async (listing: Listing): Promise<{ written: number; left: number }> => {
  const { state, now } = listing
  const { asOf, epoch } = state.freshness()
  if (asOf === null || epoch === null || now - asOf > listing.staleAfter)
    throw new Stale(asOf === null ? 'the feed was not read to its end yet' : `the state is ${Math.round((now - asOf) / 1000)} s old`)
  if (!state.tellsOf(listing.purpose, listing.channel, epoch))
    throw new Error('the feed has told of nobody for this purpose by this channel: look at the spelling')
  const part = `${listing.out}.part`
  try {
    const counts = await writePart(part, listing, epoch)
    await rename(part, listing.out)
    return counts
  } finally {
    // Addresses of a list that did not come to its end are nobody's to find.
    await rm(part, { force: true })
  }
}
