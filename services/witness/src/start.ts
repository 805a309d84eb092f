// A witness started: its record and its key opened together, then listening.
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { Signer, TreeHead } from '@consent-ledger/tlog'
import { openKeyFile } from '@consent-ledger/logfiles/keyFile'
import type { Witness } from './addCheckpoint.ts'
import { createWitnessApp } from './app.ts'
import type { News } from './evidence.ts'
import { type KnownLogs, parseLogs } from './logs.ts'
import { type Mark, openMark } from './mark.ts'
import { openRecord, type WitnessRecord } from './record.ts'
import { type Settings, StartRefused } from './settings.ts'

/** `url`: without a slash at its end. `stop`: takes nothing new, ends what is under way, closes the database. */
export type RunningWitness = { url: string; vkey: string; stop(): Promise<void> }

/** `say`: a line for the person who runs it. `withRecord`: for tests that die at a certain step. */
export type StartDeps = {
  settings: Settings
  clock: () => number
  say: (line: string) => void
  withRecord?: (record: WitnessRecord) => WitnessRecord
}

/** How long a request under way may still take once the witness is told to stop, ms. */
const patience = 5_000

const warnings: Record<NonNullable<News>, (head: TreeHead) => string> = {
  contested: ({ origin, size }) =>
    `WARNING: ${origin} signed two trees of ${size} leaves with different roots. Both heads are kept: see «ledger-witness contested».`,
  unproven: ({ origin, size }) =>
    `NOTE: a tree of ${size} leaves that ${origin} signed was sent without a proof that it continues the one before. Anybody can send such a request; it was not cosigned.`,
}

/** Errors: StartRefused. */
export const startWitness = async ({ settings, clock, say, withRecord = (record) => record }: StartDeps): Promise<RunningWitness> => {
  const logs = readLogs(settings.logs)
  const { record, signer, mark } = openMemory(settings, say)
  const witness: Witness = { logs, signer, mark, record: withRecord(record), clock, onNews: (news, head) => say(warnings[news](head)) }
  const app = createWitnessApp(witness, () =>
    say('The database, or the mark beside the key, failed: nothing was cosigned. Look at the disk.'),
  )
  try {
    await app.listen({ host: settings.host, port: settings.port, listenTextResolver: () => 'listening' })
  } catch (cause) {
    record.close()
    throw new StartRefused(`It cannot listen at ${settings.host}:${settings.port}.`, { cause })
  }
  const { port } = app.server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    const impatient = setTimeout(() => app.server.closeAllConnections(), patience)
    await app.close()
    clearTimeout(impatient)
    record.close()
  }
  return { url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`, vkey: signer.vkey, stop }
}

const readLogs = (file: string): KnownLogs => {
  if (!existsSync(file)) throw new StartRefused('WITNESS_LOGS: there is no such file.')
  return parseLogs(readFileSync(file, 'utf8'))
}

/**
 * Record, key and mark belong together: a key that signs without what it signed before could sign the contrary. Each is made before the record is bound to the
 * key, so a crash in between leaves a record that is bound to none, and the next start goes on.
 */
const openMemory = ({ data, key, name }: Settings, say: (line: string) => void): { record: WitnessRecord; signer: Signer; mark: Mark } => {
  if (!existsSync(data) && existsSync(key)) {
    throw new StartRefused(
      'WITNESS_DATA: the key is there, but not its database. A witness that forgot what it cosigned must not go on: put the newest database back, or begin anew with another key and another name.',
    )
  }
  const record = openRecord(data)
  try {
    const bound = record.bound()
    const signer = openKey(key, name, bound !== null, say)
    if ((bound ?? signer.vkey) !== signer.vkey) throw anotherKey()
    const mark = openMark(`${key}.mark`, record, bound === null)
    if (record.boundTo(signer.vkey) !== signer.vkey) throw anotherKey()
    return { record, signer, mark }
  } catch (error) {
    record.close()
    throw error
  }
}

const anotherKey = (): StartRefused => new StartRefused('WITNESS_KEY: this database was begun with another key.')

const openKey = (file: string, name: string, expectExisting: boolean, say: (line: string) => void): Signer => {
  const signer = reworded(() => openKeyFile(file, name, { expectExisting, type: 4, say }))
  if (signer.name !== name) throw new StartRefused(`WITNESS_NAME: the key in the file has the name ${signer.name}.`)
  return signer
}

const reworded = <T>(open: () => T): T => {
  try {
    return open()
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause ? new StartRefused(`WITNESS_KEY: ${cause.message}`, { cause }) : cause
  }
}
