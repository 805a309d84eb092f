// Faults of the line before a server, the double or a real one alike: each strikes whatever passes.
import type { FaultyLine } from '../../harness/faultyLine.ts'
import type { Cell, Operation, Row, Struck } from './cell.ts'
import { until } from './scene.ts'
import type { Standing } from './standing.ts'

/** `standing`: what the server behind it has recorded. */
export type Behind = { line: FaultyLine; standing: Standing }

type Fault = {
  on: (line: FaultyLine, once: boolean) => void
  /** Whether it has met what it is about. `grew`: whether the server has recorded something since. */
  met: (line: FaultyLine, struck: Struck, grew: () => Promise<boolean>) => boolean | Promise<boolean>
  off: (line: FaultyLine) => void
}

/** `once`: it passes as soon as it has met something. Who only asks how things stand waits for one answer and no longer. */
const cellOf = ({ on, met, off }: Fault, operation: Operation): Cell<Behind> => ({
  once: operation === 'read' ? 'settles' : 'rides',
  lasting: 'away',
  ready: false,
  strike: async (struck, { line, standing }, { once }) => {
    const before = (await standing()).length
    const grew = async (): Promise<boolean> => (await standing()).length > before
    const heal = async (): Promise<void> => {
      off(line)
      await line.heal()
    }
    on(line, once)
    const struckFirst = until('the fault has met something', () => met(line, struck, grew))
    return { met: once ? struckFirst.then(heal) : struckFirst, heal: once ? () => {} : heal }
  },
})

const everywhere = (fault: Fault): Row<Behind> => ({
  append: cellOf(fault, 'append'),
  read: cellOf(fault, 'read'),
  subscribe: cellOf(fault, 'subscribe'),
})
const nowhere = (reason: string): Row<Behind> => ({ append: { never: reason }, read: { never: reason }, subscribe: { never: reason } })

const breaks = (line: FaultyLine): void => line.cut()
const comesBack = (): void => {}

export const lineMatrix: Record<string, Row<Behind>> = {
  refused: everywhere({
    on: (line) => {
      line.refuse()
      line.cut()
    },
    met: (line) => line.connections === 0,
    off: comesBack,
  }),
  'dropped before': everywhere({ on: (line) => line.silence('toServer'), met: (line) => line.holds('toServer'), off: breaks }),
  'dropped after applying': everywhere({
    on: (line) => line.silence('toClient'),
    met: async (line, { operation }, grew) => line.holds('toClient') && (operation === 'read' || (await grew())),
    off: breaks,
  }),
  'frozen, then thawed: what was sent arrives late': everywhere({
    on: (line) => line.silence(),
    met: (line) => line.holds('toServer'),
    off: comesBack,
  }),
  slow: everywhere({ on: (line, once) => line.delay(once ? 150 : 1_500), met: () => true, off: comesBack }),
  'server restart': nowhere('whoever runs the server restarts it; to this side of the line it is refused, then dropped'),
  'leader killed or frozen': nowhere('it needs three servers whose processes can be ended and frozen, and a line leads to one'),
  'wrong credentials': nowhere('a line does not know who speaks'),
  'disk full': nowhere('a line has no disk'),
}
