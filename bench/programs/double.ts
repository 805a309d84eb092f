// The double of EventStoreDB as a process of its own, for figures on a machine without a real one.
import { startEventStoreDouble } from '@consent-ledger/test/eventstoredb'

const double = await startEventStoreDouble()
process.stdout.write(`Ready at ${double.url}\n`)
process.once('SIGTERM', () => void double.stop().then(() => process.exit(0)))
