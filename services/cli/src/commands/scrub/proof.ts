// The proof of a scrub, which there is once the log has it: asked for until then.
import { setTimeout as pause } from 'node:timers/promises'
import { ScrubProof } from '@consent-ledger/proof'
import { ask, type Ledger } from '../../client.ts'
import { Refused } from '../../problem.ts'
import type { Sink } from './sink.ts'

/** ms before the second question, each pause twice the one before, and the last of them: half a minute in all, as long as the log may lag behind without anything being wrong. */
const [firstPause, lastPause] = [250, 16_000]

const notYet = (error: unknown): boolean => error instanceof Refused && error.body.code === 'NOT_PUBLISHED'

/** Writes the proof. Errors: those of the ledger, NOT_PUBLISHED after half a minute. */
export const takeScrubProof = async (ledger: Ledger, id: string, sink: Sink): Promise<void> => {
  const question = { method: 'GET', path: `/v1/eligibility/scrubs/${id}/proof`, roles: ['marketing', 'dpo', 'legal', 'auditor'] } as const
  for (let next = firstPause; ; next *= 2) {
    try {
      const proof = await ask(ledger, question, ScrubProof)
      await sink.put(Buffer.from(`${JSON.stringify(proof)}\n`))
      return await sink.done()
    } catch (error) {
      if (next > lastPause || !notYet(error)) throw error
      await pause(next)
    }
  }
}
