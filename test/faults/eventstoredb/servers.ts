// Servers behind a line that can break: a double of one's own, or a part of a real EventStoreDB where there is one.
import { Opened } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { newPart } from '../../conformance/view.ts'
import { startEventStoreDouble } from '../../harness/eventstoredb/index.ts'
import { openFaultyLine } from '../../harness/faultyLine.ts'
import type { Place } from './cell.ts'
import type { Behind } from './lineTable.ts'
import { onDouble, onServer } from './standing.ts'

/** Opens what a test needs of a server; it is closed with `opened`. `url`: past the line. */
export type Start = (opened: Opened) => Promise<Omit<Place<unknown>, 'server'>>

export const aDouble: Start = async (opened) => {
  const double = await startEventStoreDouble()
  opened.onClose(() => double.stop())
  return { url: double.url, standing: onDouble(double) }
}

export const partOf =
  (url: string): Start =>
  async (opened) => {
    const store = await openEsdbEventStore({ url, onFatal: () => {} })
    const part = await newPart(store)
    await store.close()
    const { standing } = opened.keep(onServer(url, part))
    return { url, standing, part }
  }

/** Given a server behind a line, `test`; what the test keeps is closed before them. */
export const behindALine = async (start: Start, test: (place: Place<Behind>, opened: Opened) => Promise<void>): Promise<void> => {
  const opened = new Opened()
  try {
    const server = await start(opened)
    const line = await openFaultyLine(server.url)
    opened.onClose(async () => line.close())
    await test({ ...server, url: line.url, server: { line, standing: server.standing } }, opened)
  } finally {
    await opened.close()
  }
}
