// The memory event store answers the port.
import { eventStoreConformance } from '@consent-ledger/eventstore/conformance'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'

eventStoreConformance('memory', async () => ({ store: new MemoryEventStore() }))
