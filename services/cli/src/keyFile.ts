// The key file that a first start writes (`<data>/keys.json`): the operator key of the role that a command needs.
import { readFile } from 'node:fs/promises'
import { LedgerError, type Role } from '@consent-ledger/domain'
import { z } from 'zod'

const KeyFile = z.object({ operators: z.record(z.string(), z.string()) })

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
  const key = roles.map((role) => read.data?.operators[role]).find((found) => found !== undefined)
  if (key === undefined) throw unusable(`The key file ${path} has no operator key for ${roles.join(' or ')}.`)
  return key
}
