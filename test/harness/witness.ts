// Witnesses as others run them: processes of their own, each with its key and its database, and the policy file that names them.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ended, LedgerProcess } from './ledger.ts'

/** One that is started, stopped and started again at the same address. */
export class Witness {
  readonly root = mkdtempSync(join(tmpdir(), 'witness-'))
  readonly name: string
  #process: LedgerProcess | null = null
  #port = '0'

  constructor(name: string) {
    this.name = name
  }

  get running(): LedgerProcess {
    if (this.#process === null) throw new Error(`${this.name} does not run`)
    return this.#process
  }
  get url(): string {
    return this.running.url
  }
  /** The line that it hands over. */
  get vkey(): string {
    return /^ {2}(\S+)$/m.exec(this.running.output)?.[1] ?? ''
  }

  /** Started, watching the logs of these vkeys. */
  async start(logs: readonly string[]): Promise<this> {
    const file = join(this.root, 'logs.txt')
    writeFileSync(file, [...logs.map((vkey) => `log ${vkey}`), 'quorum none', ''].join('\n'))
    this.#process = await LedgerProcess.start(this.root, {
      program: 'witness/src/main.ts',
      env: {
        WITNESS_NAME: `${this.name}.example.org`,
        WITNESS_LOGS: file,
        WITNESS_DATA: join(this.root, 'witness.sqlite'),
        WITNESS_KEY: join(this.root, 'witness.key'),
        WITNESS_PORT: this.#port,
      },
    })
    this.#port = new URL(this.url).port
    return this
  }
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    return this.running.stop(signal)
  }

  /** Its database as it is now; it must not run. */
  keepCopy(): void {
    copyFileSync(join(this.root, 'witness.sqlite'), join(this.root, 'copy'))
  }
  restoreCopy(): void {
    copyFileSync(join(this.root, 'copy'), join(this.root, 'witness.sqlite'))
  }
  async remove(): Promise<void> {
    await this.#process?.stop('SIGKILL')
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** A policy file: these witnesses, `k` of them enough; with `log`, for verifiers too. */
export const policyOf = (witnesses: readonly Witness[], k: number, log?: string): string =>
  [
    ...(log === undefined ? [] : [`log ${log}`]),
    ...witnesses.map(({ name, vkey, url }) => `witness ${name} ${vkey} ${url}`),
    `group enough ${k} ${witnesses.map(({ name }) => name).join(' ')}`,
    'quorum enough',
    '',
  ].join('\n')
