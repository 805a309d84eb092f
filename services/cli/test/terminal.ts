// Running a command in a test: its arguments, variables and standard input, and what it printed.
import { type Adapters, run } from '../src/run.ts'

export type Ran = { code: number; out: string; err: string }

const adapters: Adapters = {
  openFiles: () => Promise.reject(new Error('this test opens no files')),
  openServer: () => Promise.reject(new Error('this test opens no server')),
  readEvents: () => Promise.reject(new Error('this test reads no events')),
  copyDatabase: () => Promise.reject(new Error('this test copies no database')),
  openLog: () => Promise.reject(new Error('this test opens no log')),
  readLog: () => Promise.reject(new Error('this test reads no log')),
  openVaultFile: () => Promise.reject(new Error('this test opens no vault')),
  openVaultServer: () => Promise.reject(new Error('this test opens no vault')),
  vaultCopy: () => Promise.reject(new Error('this test copies no vault')),
  prepareEventStore: async (preparing) => (await import('@consent-ledger/eventstore/esdb')).prepareEventStore(preparing),
}

/** `env` is all that the command sees; `stdin` is what is typed; adapters are the real ones unless given. */
export const ledger = async (
  args: string[],
  { env = {}, stdin = '', ...over }: { env?: Record<string, string>; stdin?: string } & Partial<Adapters> = {},
): Promise<Ran> => {
  const printed = { out: '', err: '' }
  async function* typed(): AsyncGenerator<string> {
    yield stdin
  }
  const code = await run(
    args,
    { env, stdin: typed(), out: (text) => (printed.out += text), err: (text) => (printed.err += text) },
    { ...adapters, ...over },
  )
  return { code, ...printed }
}
