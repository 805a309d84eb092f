// A scrub as a whole: its lines, its event, its last line; or the trace of one that was cut off.
import type { ServerResponse } from 'node:http'
import { finished } from 'node:stream'
import { stopsTheProcess } from '@consent-ledger/domain'
import type { ReportsDeps } from '../deps.ts'
import { acknowledge } from '../propagation.ts'
import { answerList, type Beginning } from './perform.ts'
import { lastLine, record, recordCut, type Scrub } from './record.ts'
import type { Spool } from './spool.ts'
import { Tally } from './tally.ts'

/** `begun`: some of it may have left. `taken`: all of it was handed to the connection. */
export type Ended = { begun: boolean; taken: boolean }

/** Settles once the answer has gone, or its connection is over. */
export const endOf = (answer: ServerResponse): Promise<Ended> =>
  new Promise((resolve) => {
    finished(answer, (error) => {
      // A problem, given in place of the answer, tells nothing of anybody.
      const begun = answer.headersSent && answer.statusCode === 200
      resolve({ begun, taken: begun && !error && answer.writableFinished })
    })
  })

type Exchange = { beginning: Beginning; pieces: AsyncIterable<Buffer>; spool: Spool; answer: ServerResponse; ended: Promise<Ended> }

/**
 * Answers every line into the spool, then records the scrub, and ends the spool with the line that has the token. Whatever fails in between leaves the spool without
 * that line and without an end, and where verdicts may have left the log with what was answered. For a recipient it acknowledges once all was handed to the connection.
 * Errors: those of `answerList`, of store and read model; after all is done.
 */
export const runScrub = async (deps: ReportsDeps, scrub: Scrub, { beginning, pieces, spool, answer, ended }: Exchange): Promise<void> => {
  const tally = new Tally()
  let isRecorded = false
  try {
    await answerList(deps, scrub, beginning, pieces, spool, tally)
    const recorded = await record(deps, scrub, beginning, tally.soFar())
    // A crash from here on leaves an event without its last line: the client asks again, and both are on record.
    isRecorded = true
    await spool.write(Buffer.from(`${JSON.stringify(lastLine(deps, scrub, recorded, tally.nonce))}\n`))
    spool.end()
  } catch (error) {
    // What is left of the list would be taken for the next request.
    if (!answer.headersSent) answer.setHeader('connection', 'close')
    spool.fail(error)
    const { begun } = await ended
    if (begun && !isRecorded && !stopsTheProcess(error)) await recordCut(deps, scrub, beginning, tally.soFar())
    throw error
  }
  const { taken } = await ended
  const { catalogue, recipient } = scrub
  if (taken && recipient !== null) await acknowledge(deps, catalogue, recipient, beginning.place)
}
