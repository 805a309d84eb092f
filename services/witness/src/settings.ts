// The settings of a witness, from its environment. A misspelt one stops the start instead of being lost.
import { z } from 'zod'

/** Why a witness does not start; a sentence for the person who starts it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}

const Path = z.string().min(1, 'a path')

const Environment = z.strictObject({
  WITNESS_NAME: z.string('a name such as witness.example.org/1').regex(/^[^\s+\p{Cc}]{1,200}$/u, 'a name without spaces and without +'),
  WITNESS_LOGS: z.string('the file that names the logs').min(1, 'a path'),
  WITNESS_DATA: Path.default('./witness.sqlite'),
  WITNESS_KEY: Path.default('./witness.key'),
  WITNESS_HOST: z.string().min(1, 'a host name or an address').default('127.0.0.1'),
  WITNESS_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'a whole number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'a whole number from 0 to 65535')
    .default(8090),
})

export type Settings = {
  /** Name of the key: stands in each cosignature. */
  name: string
  /** File with a line `log <vkey>` for each log (C2SP tlog-policy). */
  logs: string
  /** The database, one file. */
  data: string
  /** File of the private key. */
  key: string
  host: string
  /** 0: the system picks one. */
  port: number
}

/** Reads `WITNESS_*`; further variables are not looked at. Errors: StartRefused names the variable, never its value. */
export const parseSettings = (env: Record<string, string | undefined>): Settings => {
  const read = Environment.safeParse(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('WITNESS_'))))
  if (!read.success) {
    const [issue] = read.error.issues
    if (issue?.code === 'unrecognized_keys') throw new StartRefused(`${issue.keys[0]}: there is no such setting.`)
    throw new StartRefused(`${String(issue?.path[0])}: ${issue?.message}.`)
  }
  const found = read.data
  return {
    name: found.WITNESS_NAME,
    logs: found.WITNESS_LOGS,
    data: found.WITNESS_DATA,
    key: found.WITNESS_KEY,
    host: found.WITNESS_HOST,
    port: found.WITNESS_PORT,
  }
}
