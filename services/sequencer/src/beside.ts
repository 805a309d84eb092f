// The sequencer beside the requests of a process: its key, its witnesses, the loop, and how far it is behind as metrics.
import { readFile } from 'node:fs/promises'
import { LedgerError } from '@consent-ledger/domain'
import type { EdgeApp, Opened, Settings } from '@consent-ledger/edge'
import { parsePolicy, TlogError } from '@consent-ledger/tlog'
import { logMetrics } from './metrics.ts'
import { startSequencer, type Sequencer, type Sequencing } from './sequencer.ts'
import { openSigningKeys } from './signingKeys.ts'
import { openWitnesses, type Witnesses } from './witnesses.ts'

/** `keys`: the key directory. `say`: hears what a person must know of a key file. */
export type Beside = Omit<Sequencing, 'log' | 'keys' | 'origin' | 'witnesses'> & {
  app: Pick<EdgeApp, 'log' | 'metrics'>
  opened: Opened
  settings: Pick<Settings, 'logOrigin' | 'witnesses'>
  keys: string
  say: (line: string) => void
}

/** Those of the policy file that the settings name; undefined without one. Errors: SETTING_INVALID. */
const witnessesOf = async ({ settings: { witnesses: file } }: Beside): Promise<Witnesses | undefined> => {
  if (file === undefined) return undefined
  try {
    return openWitnesses({ policy: parsePolicy(await readFile(file, 'utf8')) })
  } catch (cause) {
    const why = cause instanceof TlogError ? cause.message : 'the file cannot be read'
    throw new LedgerError('SETTING_INVALID', `LEDGER_WITNESSES: ${why}.`, { cause })
  }
}

/** Compares, repairs and starts; ends with `opened`. To be called before the app listens. Errors: those of `startSequencer`, SETTING_INVALID. */
export const addSequencer = async (beside: Beside): Promise<Sequencer> => {
  const { app, opened, settings, keys, say, ...sequencing } = beside
  const sequencer = await startSequencer({
    ...sequencing,
    log: app.log,
    keys: openSigningKeys(keys, say),
    origin: settings.logOrigin,
    witnesses: await witnessesOf(beside),
  })
  opened.onClose(() => sequencer.stop())
  logMetrics(app.metrics, sequencer)
  return sequencer
}
