// The end of a process when going on would damage or belie the record: one line that says why, then exit.
import { LedgerError } from '@consent-ledger/domain'

/** What a person reads: the sentence of a fault of ours; of anything else only its class and place, since its words may hold what a caller sent. */
const reasonOf = (error: unknown): string => {
  if (error instanceof LedgerError) return `${error.code}: ${error.message}`
  if (error instanceof Error) return `${error.name}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`
  return 'an unknown fault'
}

/** Says why and ends the process at once: nothing more may be acknowledged. */
export const stopBecause = (error: unknown): never => {
  process.stderr.write(`The ledger stopped. ${reasonOf(error)}\n`)
  process.exit(70)
}
