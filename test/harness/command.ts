// `ledger …` as somebody types it: a process to its end, with what it printed.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Ended } from './ledger.ts'
import { bareEnvironment } from './environment.ts'

const cli = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))

export const command = (args: readonly string[], env: Record<string, string>): Promise<Ended> => {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...bareEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')))
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output })))
}
