// The lines of a scrub from the first to the last: read as they come, answered some at a time, hashed on both sides.
import { setImmediate } from 'node:timers/promises'
import type { FeedPlace } from '@consent-ledger/domain'
import { LineSplitter, type Line } from '@consent-ledger/proof'
import type { ReportsDeps } from '../deps.ts'
import { demandFresh } from '../eligibility/freshness.ts'
import { keyHolds } from '../visible.ts'
import { answerLines, atOnce } from './answers.ts'
import { keyRevoked } from './asked.ts'
import { longestLine, saying } from './lines.ts'
import type { Scrub } from './record.ts'
import type { Spool } from './spool.ts'
import type { Tally } from './tally.ts'

/** Where things stood before the first line: every answer is at least as new. `asOf`: epoch ms. */
export type Beginning = { asOf: number; place: FeedPlace }

/** Errors: STALE, those of the read model. */
export const begin = async (deps: ReportsDeps): Promise<Beginning> => {
  const { asOf } = await demandFresh(deps)
  const { epoch, head } = await deps.readModel.feed()
  return { asOf, place: { epoch, n: head } }
}

/** Refuses to go on once the key is revoked, or what is known would be too old to answer by. The latter is asked anew when half of that time is over. */
const permission = (deps: ReportsDeps, scrub: Scrub, beginning: number): (() => Promise<void>) => {
  let { asOf } = { asOf: beginning }
  return async () => {
    if (!keyHolds(deps, scrub)) throw keyRevoked()
    if (deps.clock() - asOf > deps.staleAfter / 2) ({ asOf } = await demandFresh(deps))
  }
}

type Pieces = AsyncIterable<Buffer>

function* batchesOf(lines: readonly Line[]): Generator<readonly Line[]> {
  for (let from = 0; from < lines.length; from += atOnce) yield lines.slice(from, from + atOnce)
}

/**
 * Answers every line into the spool, which is not ended. `tally` has at any time all that may have left. Errors: UNREADABLE_BODY, TOO_LARGE, STALE, UNAUTHENTICATED
 * (the key was revoked), those of vault, stores, read model and disk; nobody reads any more.
 */
export const answerList = async (
  deps: ReportsDeps,
  scrub: Scrub,
  { asOf }: Beginning,
  pieces: Pieces,
  spool: Spool,
  tally: Tally,
): Promise<void> => {
  const splitter = new LineSplitter(longestLine)
  const demandMayGoOn = permission(deps, scrub, asOf)
  const answer = async (lines: readonly Line[]): Promise<void> => {
    for (const batch of batchesOf(saying(lines))) {
      await demandMayGoOn()
      const answered = await answerLines(deps, scrub, batch)
      const bytes = Buffer.from(answered.text)
      tally.goes(bytes, answered)
      await spool.write(bytes)
      // With all stores in this process nothing here waits for anything: others have their turn.
      await setImmediate()
    }
  }
  for await (const piece of pieces) {
    tally.came(piece)
    await answer(splitter.push(piece))
  }
  await answer(splitter.end())
  await demandMayGoOn()
  spool.demandReader()
}
