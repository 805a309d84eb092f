// The line to the server goes wrong, before the double and, where there is one, before a real EventStoreDB.
import { after, describe, it } from 'node:test'
import { whichServer, whyNone } from '../../harness/whichServer.ts'
import { once, operations, untilHealed, type Cell, type Operation } from './cell.ts'
import { lineMatrix, type Behind } from './lineTable.ts'
import { aDouble, behindALine, partOf, type Start } from './servers.ts'

const cellTests = (start: Start, operation: Operation, cell: Cell<Behind> | { never: string }): void => {
  if ('never' in cell) return void it(operation, { skip: cell.never })
  void it(`${operation}, once`, () => behindALine(start, (place) => once(place, operation, cell)))
  void it(`${operation}, until it is healed`, () => behindALine(start, (place) => untilHealed(place, operation, cell)))
}

const matrixTests = (start: Start): void => {
  for (const [fault, row] of Object.entries(lineMatrix))
    describe(fault, () => operations.forEach((operation) => cellTests(start, operation, row[operation])))
}

describe('a fault of the line to the double', { concurrency: 3 }, () => matrixTests(aDouble))

const server = await whichServer()
describe('a fault of the line to a real server', { concurrency: 3, skip: whyNone(server) }, () => {
  if (!('url' in server)) return
  after(() => server.stop())
  matrixTests(partOf(server.url))
})
