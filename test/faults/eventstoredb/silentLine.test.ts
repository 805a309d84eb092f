// A server that hangs takes connections and answers nothing: the ledger gives such a line up and asks for another, instead of waiting for as long as it is open.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { Opened } from '@consent-ledger/edge'
import { startEventStoreDouble } from '../../harness/eventstoredb/index.ts'
import { Callers } from './callers.ts'
import { isReady } from './cell.ts'
import { openLedger } from './scene.ts'
import { onDouble } from './standing.ts'
import { demandTruth } from './truth.ts'

type Gate = { port: number; taken: () => number; hang: (count: number) => void; close: () => Promise<void> }

/** Leads to `port`. `hang`: breaks every connection, and takes the next `count` without a word. */
const openGate = async (port: number): Promise<Gate> => {
  const sockets = new Set<Socket>()
  let hanging = 0
  let taken = 0
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    keep(client)
    taken++
    if (hanging-- > 0) return
    const line = connect(port, '127.0.0.1')
    keep(line)
    client.pipe(line).pipe(client)
    client.once('close', () => line.destroy())
    line.once('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => taken,
    hang: (count) => {
      hanging = count
      taken = 0
      cut()
    },
    close: async () => {
      server.close()
      cut()
    },
  }
}

test('a connection that is taken and never answered is given up for another', async (t) => {
  const opened = new Opened()
  t.after(() => opened.close())
  const double = await startEventStoreDouble()
  opened.onClose(() => double.stop())
  const gate = opened.keep(await openGate(Number(new URL(double.url).port)))
  const url = double.url.replace(/:\d+/, `:${gate.port}`)
  const ledger = opened.keep(await openLedger({ url, patience: { answer: 300, whole: 10_000, silence: 300 } }))
  const callers = new Callers(ledger, onDouble(double))
  await callers.arrive(3)

  gate.hang(1)
  const statuses = await callers.burst()
  assert.ok(
    statuses.every((status) => status === 201),
    'whoever waits is answered, though nobody healed the line',
  )
  assert.ok(gate.taken() > 1, 'another line was asked for')
  await isReady(ledger, 200)
  await demandTruth(ledger, callers, onDouble(double))
})
