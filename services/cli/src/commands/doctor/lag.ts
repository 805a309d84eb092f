// Whether a ledger runs and keeps up, by its own word.
import { z } from 'zod'
import { whatAnswers } from '../../client.ts'
import { unwell, well, type Finding } from './finding.ts'

const what = 'service'

const Readiness = z.object({ notReady: z.array(z.object({ what: z.string(), why: z.string() })).default([]) })

/** `url`: where it is expected, null if no port is fixed. `named`: it was named in LEDGER_URL, so that it must run. */
export const lookAtService = async (url: string | null, named: boolean): Promise<Finding[]> => {
  if (url === null) return [well(what, 'neither LEDGER_URL nor LEDGER_PORT says where one would run')]
  const found = await whatAnswers(url)
  if (found === 'other') return [unwell(what, `What answers at ${url} is not a ledger.`, 'Name its address in LEDGER_URL.')]
  if (found === 'nothing') {
    if (!named) return [well(what, `nothing runs at ${url}`)]
    return [unwell(what, `Nothing answers at ${url}.`, 'Start it, and read what it says if it does not: each refusal names what is wrong.')]
  }
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(() => null)
  if (response === null)
    return [unwell(what, 'It runs, and does not answer whether it is ready.', 'Look at its log and at the load of the machine.')]
  const { notReady } = Readiness.parse(await response.json().catch(() => ({})))
  if (response.ok) return [well(what, `runs at ${url} and keeps up: store, vault, read model and log`)]
  return notReady.map(({ what: part, why }) =>
    unwell(`service, ${part}`, why, 'Look at its log: it says since when and why. It goes on by itself once the cause is gone.'),
  )
}
