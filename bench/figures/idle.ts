// Memory of a ledger that nobody asks anything, against an app with the same plug-ins and no code of ours.
import { setTimeout } from 'node:timers/promises'
import { median, spread, type Figure } from '../figure.ts'
import { smallLedger } from '../running/ledgers.ts'
import { launch, launchLedger, residentMegabytes, type Program } from '../running/program.ts'

const pairs = 3
const rest = 4000
const emptyApp = new URL('../programs/emptyApp.ts', import.meta.url)

const megabytesOf = async (program: Program): Promise<number> => {
  await setTimeout(rest)
  const megabytes = residentMegabytes(program.pid)
  await program.stop()
  return megabytes
}

export const idle: Figure = {
  name: 'idle',
  about: `MB in RAM, ${rest / 1000} s after the start`,
  measure: async () => {
    const { data } = await smallLedger()
    const [ledger, empty]: [number[], number[]] = [[], []]
    for (let n = 0; n < pairs; n++) {
      empty.push(await megabytesOf(await launch({ file: emptyApp })))
      ledger.push(await megabytesOf(await launchLedger(data)))
    }
    return {
      ratios: [
        {
          what: 'idle standalone',
          of: 'an empty app with the same plug-ins (memory)',
          ratio: median(ledger) / median(empty),
          bar: { most: 1.5 },
        },
      ],
      notes: [`standalone: ${spread(ledger, 'MB')}`, `empty app: ${spread(empty, 'MB')}`],
    }
  },
}
