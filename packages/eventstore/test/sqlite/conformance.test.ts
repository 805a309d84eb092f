// The SQLite event store answers the port.
import { eventStoreConformance } from '@consent-ledger/eventstore/conformance'
import { newDirectory, openIn } from './directory.ts'

eventStoreConformance('sqlite', async () => {
  const { directory, remove } = newDirectory()
  const opened = {
    store: await openIn(directory),
    reopen: async () => {
      await opened.store.close()
      return await openIn(directory)
    },
    dispose: async () => remove(),
  }
  return opened
})
