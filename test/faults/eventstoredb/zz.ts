// probe: after a cut the next connection is taken and never answered
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { startEventStoreDouble } from '../../harness/eventstoredb/index.ts'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
const double = await startEventStoreDouble()
const port = Number(double.url.match(/:(\d+)\?/)![1])
let n = 0
const at = () => (performance.now() / 1000).toFixed(1)
let first: Socket | undefined
const server = createServer((c) => { n++; console.log('connection', n, at()); c.on('error', () => {}); if (n === 2) return; first ??= c; const s = connect(port, '127.0.0.1'); s.on('error', () => {}); c.pipe(s).pipe(c) }).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `esdb://127.0.0.1:${(server.address() as AddressInfo).port}?tls=false`
const store = await openEsdbEventStore({ url, onFatal: console.error })
console.log('opened', at())
first!.resetAndDestroy()
for (let i = 0; i < 12; i++) {
  try { console.log('head', await store.readStream('x', { after: -1n, limit: 1 }), at()); break } catch (e) { console.log('failed', (e as Error).message, at()) }
}
process.exit()
