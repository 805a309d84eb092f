// A command that is told to end leaves nothing behind of what it began.
import { constants } from 'node:os'
import { Interrupted } from '../../terminal.ts'

/** What a terminal sends for Ctrl-C, a supervisor for the end, and a terminal that was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs `work` to its end, or until the process is told to end: then `undo` is called at once, before anything else can, and `told` is aborted, so that nobody waits for
 * what was begun. Errors: Interrupted, those of `work`.
 */
export const untilTold = async <T>(undo: () => void, work: (told: AbortSignal) => Promise<T>): Promise<T> => {
  const told = new AbortController()
  const { promise: interrupted, reject } = Promise.withResolvers<never>()
  const end = (signal: (typeof signals)[number]): void => {
    if (told.signal.aborted) return
    undo()
    reject(new Interrupted(128 + constants.signals[signal]))
    told.abort()
  }
  for (const signal of signals) process.on(signal, end)
  try {
    return await Promise.race([work(told.signal), interrupted])
  } finally {
    for (const signal of signals) process.removeListener(signal, end)
  }
}
