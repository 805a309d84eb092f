// Start with a million events against start with hardly any: both were started before, so nothing is made, only opened.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { median, spread, type Figure } from '../figure.ts'
import { rebuiltMillion, smallLedger } from '../running/ledgers.ts'
import { launchLedger } from '../running/program.ts'

const pairs = 7

const startOf = async (data: string): Promise<number> => {
  const ledger = await launchLedger(data)
  await ledger.stop()
  return ledger.startedIn
}

export const start: Figure = {
  name: 'start',
  about: 'from the spawn to the line that says where it answers, in pairs',
  measure: async () => {
    const small = await smallLedger()
    const large = await rebuiltMillion()
    const [few, many]: [number[], number[]] = [[], []]
    for (let n = 0; n <= pairs; n++) {
      const pair = [await startOf(small.data), await startOf(large.data)] as const
      // The first pair fills the caches of the disk.
      if (n === 0) continue
      few.push(pair[0])
      many.push(pair[1])
    }
    for (const ending of ['', '-wal', '-shm']) rmSync(join(large.data, `readmodel.sqlite${ending}`), { force: true })
    const behind = await startOf(large.data)
    return {
      ratios: [{ what: 'start with 1 M events', of: 'start with none', ratio: median(many) / median(few), bar: { most: 1.3 } }],
      notes: [
        `none: ${spread(few, 'ms')}`,
        `1 M: ${spread(many, 'ms')}`,
        `1 M, none of them in the read model yet: ${behind.toFixed(0)} ms`,
      ],
    }
  },
}
