// Programs that are measured: processes of their own on loopback, ended by their pid.
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endWithUs } from './place.ts'

/** `startedIn`: ms from the spawn to the line that says where it answers. */
export type Program = { pid: number; url: string; startedIn: number; stop(): Promise<void> }

export type Launch = { file: URL; env?: Record<string, string>; nodeOptions?: readonly string[] }

const longest = 3 * 60_000

/** Starts a program that prints `Ready at <url>`. Throws what it printed if it ends before, or takes over three minutes. */
export const launch = async ({ file, env = {}, nodeOptions = [] }: Launch): Promise<Program> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [...nodeOptions, fileURLToPath(file)], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithUs(child)
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => void (output = (output + chunk.toString('utf8')).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const late = setTimeout(() => child.kill('SIGKILL'), longest)
  const url = await new Promise<string | null>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^Ready at (\S+)/.exec(line)
      if (found?.[1] !== undefined) resolve(found[1])
    })
    void ended.then(() => resolve(null))
  })
  clearTimeout(late)
  if (url === null || child.pid === undefined) throw new Error(`${fileURLToPath(file)} did not start:\n${output}`)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const stuck = setTimeout(() => child.kill('SIGKILL'), longest)
    await ended
    clearTimeout(stuck)
  }
  return { pid: child.pid, url, startedIn: performance.now() - begun, stop }
}

const standalone = new URL('../../services/standalone/src/main.ts', import.meta.url)

/** A ledger as a user runs it, on the data directory `data`; it says only what is a warning. */
export const launchLedger = (data: string, { env = {}, nodeOptions = [] }: Omit<Launch, 'file'> = {}): Promise<Program> =>
  launch({ file: standalone, env: { LEDGER_DATA: data, LEDGER_PORT: '0', LOG_LEVEL: 'warn', ...env }, nodeOptions })

type Keys = { sites: Record<string, { secret: string }>; operators: Record<'marketing' | 'admin', string> }

const keysOf = (data: string): Keys => JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')) as Keys

/** Key of the example's site, as the first start wrote it. */
export const siteKey = (data: string): string => {
  const key = keysOf(data).sites['huttopia-fr']?.secret
  if (key === undefined) throw new Error('keys.json has no secret key of huttopia-fr')
  return key
}

/** Key of an operator, as the first start wrote it. */
export const operatorKey = (data: string, role: 'marketing' | 'admin'): string => keysOf(data).operators[role]

const longestRun = 6 * 60_000

/** Runs a program to its end. What it printed; throws if it fails, or takes over six minutes. */
export const runToEnd = (file: URL, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [fileURLToPath(file), ...args], { timeout: longestRun }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
    endWithUs(child)
  })

/** Memory of a process that is in RAM, MB of 10^6 bytes. */
export const residentMegabytes = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kilobytes) * 1024) / 1e6
}

const ticksPerSecond = 100

/** Processor time that a process has used so far, all threads. */
export const cpuSeconds = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
