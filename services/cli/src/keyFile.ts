// The key file: the one that a first start writes (`<data>/keys.json`), with an operator key for each role, or the answer with which one operator was made.
import { readFile } from 'node:fs/promises'
import { LedgerError, type Role } from '@consent-ledger/domain'
import { z } from 'zod'

const KeyFile = z.union([z.object({ operators: z.record(z.string(), z.string()) }), z.object({ key: z.string() })])

/** The key of one operator serves for whatever is asked: what they may do, the ledger knows. */
const keyIn = (file: z.infer<typeof KeyFile>, roles: readonly Role[]): string | undefined =>
  'key' in file ? file.key : roles.map((role) => file.operators[role]).find((found) => found !== undefined)

const unusable = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

/** The first key that the file has for one of `roles`. Errors: SETTING_INVALID says what is wrong with the file; its content is never repeated. */
export const operatorKey = async (path: string, roles: readonly Role[]): Promise<string> => {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) throw unusable(`The key file ${path} cannot be read: name one with --keys.`)
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw unusable(`The key file ${path} is not JSON.`)
  }
  const read = KeyFile.safeParse(content)
  const key = read.data && keyIn(read.data, roles)
  if (key === undefined) throw unusable(`The key file ${path} has no operator key for ${roles.join(' or ')}.`)
  return key
}
