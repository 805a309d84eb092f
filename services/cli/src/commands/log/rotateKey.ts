// `log rotate-key`: the key that is to follow, beside the one that signs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseSettings } from '@consent-ledger/edge'
import { openKeyFile, readKeyFile } from '@consent-ledger/logfiles'

/** `made`: false if an earlier call made it and it has not taken over yet. */
export type NextKey = { file: string; vkey: string; replaces: string; made: boolean }

/** Makes `log.key.next` under the name of the log that `log.key` signs; durable on return. Errors: SIGNING_KEY_WRONG, SETTING_INVALID. */
export const makeNextKey = (env: Record<string, string | undefined>): NextKey => {
  const { keys } = parseSettings(env)
  const current = readKeyFile(join(keys, 'log.key'))
  const file = join(keys, 'log.key.next')
  const made = !existsSync(file)
  const { vkey } = openKeyFile(file, current.name, { expectExisting: false })
  return { file, vkey, replaces: current.vkey, made }
}
