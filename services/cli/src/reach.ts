// Which ledger a command talks to: the one that runs, or one of its own on the data directory for as long as the command takes.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { parseSettings, type Settings } from '@consent-ledger/edge'
import { type Ledger, whatAnswers } from './client.ts'
import { startOwnLedger } from './ownLedger.ts'

type Env = Record<string, string | undefined>

/** An empty directory is not one: a ledger that a command made by accident would answer that nobody ever consented. */
const holdsLedger = (settings: Settings): boolean => settings.store === 'sqlite' && existsSync(join(settings.data, 'events.sqlite'))

const notReady = (message: string): LedgerError => new LedgerError('NOT_READY', message)

const onFiles = async (env: Env, settings: Settings, nothingAt: string, work: (url: string) => Promise<void>): Promise<void> => {
  if (!holdsLedger(settings)) {
    throw notReady(
      `${nothingAt}and the directory ${settings.data} holds no ledger. Start one with \`pnpm start\`, or name it in LEDGER_URL or LEDGER_DATA.`,
    )
  }
  const own = await startOwnLedger(env, settings.data)
  try {
    await work(own.url)
  } finally {
    await own.stop()
  }
}

/**
 * Runs `work` on the ledger at LEDGER_URL, else on the one that listens at LEDGER_PORT of this machine, else on one started on LEDGER_DATA and
 * ended afterwards. A ledger that was named and does not answer is never replaced by another. Errors: NOT_READY, SETTING_INVALID.
 */
export const withLedger = async (env: Env, keys: string | undefined, work: (ledger: Ledger) => Promise<void>): Promise<void> => {
  const settings = parseSettings(env)
  const on = (url: string): Promise<void> => work({ url, keys: keys ?? join(settings.data, 'keys.json') })
  if (settings.url === undefined && settings.port === 0) return onFiles(env, settings, 'No port is named ', on)
  const url = settings.url ?? `http://127.0.0.1:${settings.port}`
  const found = await whatAnswers(url)
  if (found === 'ledger') return on(url)
  if (found === 'other') throw notReady(`What answers at ${url} is not a ledger.`)
  if (settings.url !== undefined) throw notReady(`Nothing answers at ${url}, which LEDGER_URL names.`)
  return onFiles(env, settings, `Nothing answers at ${url} `, on)
}
