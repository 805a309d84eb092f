// Running a command in a test: its arguments, variables and standard input, and what it printed.
import { run } from '../src/run.ts'

export type Ran = { code: number; out: string; err: string }

/** `env` is all that the command sees; `stdin` is what is typed. */
export const ledger = async (
  args: string[],
  { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {},
): Promise<Ran> => {
  const printed = { out: '', err: '' }
  async function* typed(): AsyncGenerator<string> {
    yield stdin
  }
  const code = await run(args, { env, stdin: typed(), out: (text) => (printed.out += text), err: (text) => (printed.err += text) })
  return { code, ...printed }
}
