// Sealing a ledger into the log: against its bare bytes, what it holds in memory, and what a start costs on a small log and a large one.
import { median, spread, type Figure } from '../figure.ts'
import { bareSeconds } from '../running/bareLog.ts'
import { hundredThousand, rebuiltMillion } from '../running/ledgers.ts'
import { runToEnd } from '../running/program.ts'

type Sealed = { leaves: number; seconds: number; megabytes: number[]; startsIn: number[] }

const program = new URL('../programs/seal.ts', import.meta.url)
const perSecond = ({ leaves, seconds }: Sealed): string => `${(leaves / seconds).toFixed(0)} events/s`

export const sealing: Figure = {
  name: 'sealing',
  about: 'the log of a ledger from nothing, by the sequencer, in a process of its own',
  measure: async () => {
    const [few, many] = [await hundredThousand(), await rebuiltMillion()]
    const [small, large] = JSON.parse(await runToEnd(program, [few.data, many.data])) as Sealed[]
    if (small === undefined || large === undefined) throw new Error('the program did not print what it took')
    const bare = await bareSeconds(few.data, small.leaves)
    const [first = Number.NaN, last = Number.NaN] = [small.megabytes.at(-1), large.megabytes.at(-1)]
    return {
      ratios: [
        {
          what: 'sealing 100 k events',
          of: 'hashing, writing and fsyncing the same entries and tiles bare (speed)',
          ratio: bare / small.seconds,
          bar: { least: 0.4 },
        },
        {
          what: 'start of the sequencer on 1.1 M leaves',
          of: 'on 100 k',
          ratio: median(large.startsIn) / median(small.startsIn),
          bar: { most: 1.3 },
        },
        { what: 'memory at the end of 1 M', of: 'at the end of 100 k, same process', ratio: last / first, bar: { most: 1.2 } },
      ],
      notes: [
        `100 k: ${perSecond(small)} in ${small.seconds.toFixed(2)} s, bare ${bare.toFixed(2)} s; 1 M: ${perSecond(large)}`,
        `start: ${spread(small.startsIn, 'ms', 1)} on 100 k, ${spread(large.startsIn, 'ms', 1)} on 1 M`,
        `MB in RAM: ${small.megabytes.map((value) => value.toFixed(0)).join(', ')}; then ${large.megabytes
          .filter((_, n) => n % 4 === 3)
          .map((value) => value.toFixed(0))
          .join(', ')}`,
      ],
    }
  },
}
