// Rebuild of the read model from zero: against inserting the same rows, at 1 M events against 100 k, and its memory.
import { join } from 'node:path'
import type { Figure } from '../figure.ts'
import { insertRows } from '../running/rows.ts'
import { hundredThousand, rebuiltMillion } from '../running/ledgers.ts'

const micro = (seconds: number, events: number): string => `${((seconds / events) * 1e6).toFixed(1)} µs an event`
const figures = (megabytes: readonly number[]): string => megabytes.map((value) => value.toFixed(0)).join(', ')

/** Every so many of the marks, so that a line is enough. */
const some = (megabytes: readonly number[]): number[] => megabytes.filter((_, n) => n % 4 === 3)

export const rebuild: Figure = {
  name: 'rebuild',
  about: 'the read model from zero, by the projector, in a process of its own',
  measure: async () => {
    const small = await hundredThousand()
    const { data, built } = await rebuiltMillion()
    const [, before, atLarge, after] = built
    if (before === undefined || atLarge === undefined || after === undefined) throw new Error('the rebuild did not print what it took')
    const rows = insertRows(join(data, 'readmodel.sqlite'), atLarge.events)
    const smallRows = insertRows(join(small.data, 'readmodel.sqlite'), before.events)
    // Before and after the million, so that what else the machine did in between falls on both.
    const smallSeconds = (before.seconds + after.seconds) / 2
    const [first = Number.NaN, last = Number.NaN] = [before.megabytes.at(-1), atLarge.megabytes.at(-1)]
    return {
      ratios: [
        {
          what: 'rebuild at 1 M events',
          of: 'inserting the rows that it leads to by prepared statements (speed)',
          ratio: rows.seconds / atLarge.seconds,
          bar: { least: 0.5 },
        },
        {
          what: 'cost of an event at 1 M',
          of: 'at 100 k',
          ratio: atLarge.seconds / atLarge.events / (smallSeconds / before.events),
          bar: { most: 1.2 },
        },
        { what: 'memory at the end of 1 M', of: 'at the end of 100 k, same process', ratio: last / first, bar: { most: 1.2 } },
      ],
      notes: [
        `1 M: ${atLarge.seconds.toFixed(1)} s, ${micro(atLarge.seconds, atLarge.events)}; the ${rows.count} rows alone ${rows.seconds.toFixed(1)} s`,
        `100 k: ${smallSeconds.toFixed(2)} s, ${micro(smallSeconds, before.events)}; the ${smallRows.count} rows alone ${smallRows.seconds.toFixed(2)} s (ratio ${(smallRows.seconds / smallSeconds).toFixed(3)})`,
        `MB in RAM: within 100 k ${figures(before.megabytes)}; within 1 M, each 100 k ${figures(some(atLarge.megabytes))}`,
      ],
    }
  },
}
