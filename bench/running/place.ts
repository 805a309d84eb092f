// The directory that everything of one run lies in, and the programs it started: both are gone when the run ends, however it ends.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = mkdtempSync(join(tmpdir(), 'ledger-bench-'))
const children = new Set<ChildProcess>()
let made = 0

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** A path for a new file or directory on the disk that is measured. */
export const newPath = (name: string): string => join(root, `${(made += 1)}-${name}`)

/** Gives back the room of what is no longer needed. */
export const remove = (path: string): void => rmSync(path, { recursive: true, force: true })

/** The program ends with this one at the latest. */
export const endWithUs = (child: ChildProcess): void => {
  children.add(child)
  child.once('close', () => children.delete(child))
}
