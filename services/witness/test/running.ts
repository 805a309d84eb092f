// For a test: a witness on new files that watches one log; both are gone when the test ends.
import type { TestContext } from 'node:test'
import { Log, newKey } from './log.ts'
import { Place, WitnessProcess } from './witnessProcess.ts'

export const watching = async (t: TestContext, log = new Log(newKey())) => {
  const place = new Place(log.policy)
  t.after(() => place.remove())
  const start = async (options: { program?: string; env?: Record<string, string> } = {}): Promise<WitnessProcess> => {
    const witness = await WitnessProcess.start({ ...place.env, ...options.env }, options)
    t.after(() => witness.stop('SIGKILL'))
    return witness
  }
  return { log, place, start, witness: await start() }
}
