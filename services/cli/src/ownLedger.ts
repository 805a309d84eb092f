// A ledger for the duration of one command: the standalone program as a child process on the data directory, when no server runs.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { LedgerError } from '@consent-ledger/domain'

const program = fileURLToPath(new URL('../../standalone/src/main.ts', import.meta.url))
const lastLines = 12

/** `stop` returns when the process has ended, its files closed. */
type OwnLedger = { url: string; stop: () => Promise<void> }

const collect = (stream: NodeJS.ReadableStream, lines: string[]): void => {
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line)
    if (lines.length > lastLines) lines.shift()
  })
}

/** The address in the line `Ready at http://…`; reading goes on afterwards, so that the child never blocks on a full pipe. */
const readyAddress = async (child: ChildProcess, said: string[]): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    const address = /^Ready at (http:\/\/\S+)/.exec(line)?.[1]
    if (address === undefined) said.push(line)
    else resolve(address)
  })
  const failed = (cause?: unknown): void =>
    reject(
      new LedgerError('NOT_READY', ['The ledger on the data directory did not start.', ...said.slice(-lastLines)].join('\n  '), { cause }),
    )
  child.once('error', failed)
  child.once('close', () => failed())
  return promise
}

/** Starts it on `data`, on a port of the system's choice, seen by this machine only. Errors: NOT_READY with what it said last. */
export const startOwnLedger = async (env: Record<string, string | undefined>, data: string): Promise<OwnLedger> => {
  const child = spawn(process.execPath, [program], {
    env: { ...env, LEDGER_DATA: data, LEDGER_HOST: '127.0.0.1', LEDGER_PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  if (child.stderr) collect(child.stderr, said)
  const end = (): void => void child.kill('SIGTERM')
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, end)
  const stop = async (): Promise<void> => {
    for (const signal of signals) process.removeListener(signal, end)
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'close')
    end()
    await ended
  }
  try {
    return { url: await readyAddress(child, said), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
