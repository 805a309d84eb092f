// The event store on a real EventStoreDB, reached by a connection string.
import type { LedgerError } from '@consent-ledger/domain'
import { connect, leave } from './connection.ts'
import { usualPatience, type Patience } from './patience.ts'
import { EsdbEventStore } from './store.ts'

export type { Patience } from './patience.ts'
export type { EsdbEventStore } from './store.ts'
export { prepareEventStore, type Preparing, type Step } from './prepare/prepare.ts'

export type Opening = {
  /** Connection string: addresses, TLS, certificates, account, keep-alive. The same string in one process is one connection. */
  url: string
  /** The server confirmed events that it does not give back, or a stream was cut: the process must stop. */
  onFatal: (fault: LedgerError) => void
  /** 8 s for a call, 3.2 s for one try, 10 s of silence for a subscription, if not said otherwise. */
  patience?: Partial<Patience>
}

/**
 * Opens the store when the server answers to the account; at a cost that does not depend on its size, if the end of it is not the system's own.
 * Errors: SETTING_INVALID (nothing of the string is repeated), STORE_UNAVAILABLE.
 */
export const openEsdbEventStore = async ({ url, onFatal, patience }: Opening): Promise<EsdbEventStore> => {
  const store = new EsdbEventStore({
    connection: connect(url),
    patience: { ...usualPatience, ...patience },
    onFatal,
    leave: () => leave(url),
  })
  try {
    // Also the position that no append of ours may come before.
    await store.begin()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
