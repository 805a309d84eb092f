// The keys of the directory, one for each controller, unwrapped once.
import type { KeyObject } from 'node:crypto'
import { directoryUse, macKey, macKeyStep } from './macs.ts'
import type { Step, Tables } from './tables.ts'

export type DirectoryKeys = {
  /** Null if nobody was ever stored for this controller. */
  key(controller: string): KeyObject | null
  /** The key, or a new one with the row that must be written before anything is found by it. Not remembered: its transaction may fail. */
  keyOrNew(controller: string): Step<KeyObject>
  /** Of a key whose row is durable. */
  remember(controller: string, key: KeyObject): void
}

export const openDirectoryKeys = (tables: Tables, kek: KeyObject): DirectoryKeys => {
  const known = new Map<string, KeyObject>()
  return {
    key: (controller) => {
      const key = known.get(controller) ?? macKey(tables, kek, controller, directoryUse)
      if (key !== null) known.set(controller, key)
      return key
    },
    keyOrNew: (controller) => {
      const key = known.get(controller)
      return key === undefined ? macKeyStep(tables, kek, controller, directoryUse) : { answer: key }
    },
    remember: (controller, key) => void known.set(controller, key),
  }
}
