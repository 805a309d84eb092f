// How old the newest backup is that `ledger backup` took of this ledger.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { stampIn } from '../backup/manifest.ts'
import { unwell, well, type Finding } from './finding.ts'

const hour = 3_600_000
const what = 'backup'

const Stamp = z.looseObject({ startedAt: z.iso.datetime(), directory: z.string() })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `data`: LEDGER_DATA. `now`: epoch ms. `most`: hours that the newest may be old. */
export const lookAtBackup = async (data: string, now: number, most: number): Promise<Finding> => {
  const remedy = '`ledger backup DIRECTORY`, each night at least, and the directory copied to another machine. docs/backup.md shows how.'
  const file = stampIn(data)
  if (!existsSync(file)) return unwell(what, 'None was ever taken of this ledger by `ledger backup`.', remedy)
  const stamp = Stamp.safeParse(parsed(await readFile(file, 'utf8').catch(() => '')))
  if (!stamp.success) return unwell(what, `${file} cannot be read.`, remedy)
  const hours = (now - Date.parse(stamp.data.startedAt)) / hour
  const says = `the newest is ${hours.toFixed(1)} h old, in ${stamp.data.directory}`
  return hours <= most ? well(what, says) : unwell(what, `${says}.`, remedy)
}
