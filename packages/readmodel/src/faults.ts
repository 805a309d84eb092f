// What can be wrong with the tables, in the ledger's words: the same for every database, but for how to be rid of them.
import { LedgerError } from '@consent-ledger/domain'

export type Faults = {
  damaged(what: string, cause?: unknown): LedgerError
  foreign(what: string): LedgerError
  tooNew(found: number, known: number): LedgerError
  /** `why`: what the database says, without a value of a row. */
  unavailable(why: string, cause: unknown): LedgerError
  closed(): LedgerError
}

/** `remedy`: what to do so that the tables are made again. */
export const faultsWith = (remedy: string): Faults => {
  const remade = `It holds nothing that the event store does not: ${remedy} and it is rebuilt.`
  return {
    damaged: (what, cause) => new LedgerError('DATA_CORRUPT', `The read model is damaged: ${what}. ${remade}`, { cause }),
    foreign: (what) => new LedgerError('DATA_FOREIGN', `The read model ${what}. ${remade}`),
    tooNew: (found, known) =>
      new LedgerError(
        'DATA_TOO_NEW',
        `The read model has schema version ${found}, this program knows up to ${known}: start the newer program, or rebuild. ${remade}`,
      ),
    unavailable: (why, cause) => new LedgerError('STORE_UNAVAILABLE', `The read model cannot be used now (${why}).`, { cause }),
    closed: () => new LedgerError('STORE_UNAVAILABLE', 'The read model is closed.'),
  }
}
