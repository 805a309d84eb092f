// Loaded into the ledger's process beside its program: on SIGUSR2 it collects what is garbage and says how much memory is left in use.
import { setFlagsFromString } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let times = 0

if (isMainThread) {
  process.on('SIGUSR2', () => {
    collect()
    // What finalisers and pending immediates let go of is collected by the second round.
    setImmediate(() => {
      collect()
      const { rss, heapUsed, external } = process.memoryUsage()
      process.stderr.write(`Settled ${++times}: ${rss} ${heapUsed + external}\n`)
    })
  })
}
