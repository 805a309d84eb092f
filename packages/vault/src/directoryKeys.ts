// The keys of the directory, one for each controller, unwrapped once.
import type { KeyObject } from 'node:crypto'
import type { Base } from './base.ts'
import { directoryUse, macKey, macKeyStep } from './macs.ts'

/** Fingerprints are made before a step can say what it will ask for, so a new controller's key is made and durable on its own. */
export type DirectoryKeys = {
  /** Null if nobody was ever stored for this controller. */
  key(controller: string): Promise<KeyObject | null>
  /** The key, made if there is none, durable on return. Two at once make one. */
  keyOrNew(controller: string): Promise<KeyObject>
  /** The key if this process has met it: no wait, so that those who ask at the same time stay together. */
  known(controller: string): KeyObject | undefined
}

export const openDirectoryKeys = ({ read, write, kek }: Base): DirectoryKeys => {
  const known = new Map<string, KeyObject>()
  const remember = <K extends KeyObject | null>(controller: string, key: K): K => {
    if (key !== null) known.set(controller, key)
    return key
  }
  return {
    key: async (controller) =>
      known.get(controller) ??
      remember(controller, await read({ macOwners: [controller] }, (tables) => macKey(tables, kek, controller, directoryUse))),
    keyOrNew: async (controller) =>
      known.get(controller) ??
      remember(controller, await write({ macOwners: [controller] }, (tables) => macKeyStep(tables, kek, controller, directoryUse))),
    known: (controller) => known.get(controller),
  }
}
