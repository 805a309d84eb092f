// Waits until a server has done what it still had to do, so that it does not run into the next measurement.
import { setTimeout } from 'node:timers/promises'
import { cpuSeconds } from './program.ts'

const look = 200
const longest = 20_000
/** Share of one processor below which a process counts as idle: its own timers. */
const idle = 0.1

/** Resolves when the process is idle, after 20 s at the latest. */
export const settled = async (pid: number): Promise<void> => {
  for (let waited = 0; waited < longest; waited += look) {
    const before = cpuSeconds(pid)
    await setTimeout(look)
    if (cpuSeconds(pid) - before < (idle * look) / 1000) return
  }
}
