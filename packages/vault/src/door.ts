// The way in and out of a vault: what was asked before `close` is answered, what comes after is refused.
import { LedgerError } from '@consent-ledger/domain'

export type Door = {
  /** Runs `work`, which `close` waits for, whatever its outcome. Errors: VAULT_UNAVAILABLE once closed. */
  during: <T>(work: () => Promise<T>) => Promise<T>
  /** Nobody is let in from now on; resolves when nobody is left inside. */
  close: () => Promise<void>
}

export const openDoor = (): Door => {
  let [closed, inside] = [false, 0]
  let empty = Promise.withResolvers<void>()
  empty.resolve()
  return {
    during: async (work) => {
      if (closed) throw new LedgerError('VAULT_UNAVAILABLE', 'The vault is closed')
      if (inside === 0) empty = Promise.withResolvers<void>()
      inside += 1
      try {
        return await work()
      } finally {
        inside -= 1
        if (inside === 0) empty.resolve()
      }
    },
    close: () => {
      closed = true
      return empty.promise
    },
  }
}
