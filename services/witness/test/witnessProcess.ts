// A witness as an auditor runs it: a process of its own on its own files, asked over HTTP, told to stop or killed by its pid.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** What Node has compiled before is kept from start to start. */
const { NODE_COMPILE_CACHE: cache } = process.env
const compiled: Record<string, string> = cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }

/** Where one witness has its files. */
export class Place {
  readonly root = mkdtempSync(join(tmpdir(), 'witness-'))
  readonly data = join(this.root, 'witness.sqlite')
  readonly key = join(this.root, 'witness.key')
  readonly logs = join(this.root, 'logs.txt')

  constructor(policy: string) {
    writeFileSync(this.logs, policy)
  }

  get env(): Record<string, string> {
    return {
      WITNESS_NAME: 'witness.example.org/1',
      WITNESS_LOGS: this.logs,
      WITNESS_DATA: this.data,
      WITNESS_KEY: this.key,
      WITNESS_PORT: '0',
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

export type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string }
export type Reply = { status: number; text: string; type: string | null; headers: Headers }

export const post = async (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Reply> => {
  const reply = await fetch(`${url}/add-checkpoint`, { method: 'POST', body, headers })
  return { status: reply.status, text: await reply.text(), type: reply.headers.get('content-type'), headers: reply.headers }
}

export class WitnessProcess {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  output = ''
  url = ''
  vkey = ''

  constructor(env: Record<string, string>, { program = main, args = [] }: { program?: string; args?: string[] } = {}) {
    this.child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...compiled, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => void (this.output += chunk.toString('utf8')))
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal, output: this.output })))
  }

  /** Started and answering. Throws what it printed if it ends before. */
  static async start(env: Record<string, string>, options: { program?: string } = {}): Promise<WitnessProcess> {
    const witness = new WitnessProcess(env, options)
    const ready = await Promise.race([witness.says(/^Ready at (\S+)$/m), witness.ended])
    if (!Array.isArray(ready)) throw new Error(`the witness ended with ${ready.code ?? ready.signal}:\n${ready.output}`)
    witness.url = ready[1] ?? ''
    witness.vkey = /^ {2}(\S+)$/m.exec(witness.output)?.[1] ?? ''
    return witness
  }

  /** The first match in what it printed or is going to print. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(this.output)
        if (found) resolve(found)
      }
      this.child.stdout?.on('data', look)
      look()
    })
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }
}
