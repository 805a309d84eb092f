// Every fault at every operation, before the double: no acknowledged event lost, none doubled, no wrong 2xx, health turns and turns back, the read model catches up.
import { describe, it } from 'node:test'
import { startEventStoreDouble, type EventStoreDouble } from '../../harness/eventstoredb/index.ts'
import { once, operations, untilHealed, type Cell, type Operation, type Place } from './cell.ts'
import { onDouble } from './standing.ts'
import { matrix } from './table.ts'

const onItsOwn = async (test: (place: Place<EventStoreDouble>) => Promise<void>): Promise<void> => {
  const server = await startEventStoreDouble()
  try {
    await test({ url: server.url, server, standing: onDouble(server) })
  } finally {
    await server.stop()
  }
}

const cellTests = (operation: Operation, cell: Cell<EventStoreDouble> | { never: string }): void => {
  if ('never' in cell) return void it(operation, { skip: cell.never })
  void it(`${operation}, once`, () => onItsOwn((place) => once(place, operation, cell)))
  void it(`${operation}, until it is healed`, () => onItsOwn((place) => untilHealed(place, operation, cell)))
}

describe('a fault of the server', { concurrency: 3 }, () => {
  for (const [fault, row] of Object.entries(matrix))
    describe(fault, () => operations.forEach((operation) => cellTests(operation, row[operation])))
})
