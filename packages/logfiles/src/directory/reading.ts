// Reads the files of a log directory: all that a program needs that serves the log or makes proofs from it.
import { readFileSync } from 'node:fs'
import type { LogReader } from '../port.ts'
import { codeOf, faultOf, placeOf } from './places.ts'

const absent = new Set(['ENOENT', 'ENOTDIR'])

/** What lies under `path`, or null. Errors: STORE_UNAVAILABLE. */
export const readIn = async (root: string, path: string): Promise<Uint8Array | null> => {
  const place = placeOf(root, path)
  if (place === null) return null
  try {
    // A tile has 8 kB, a bundle as a rule a quarter of a megabyte: handing it to another thread and back takes several times as long as reading it, and
    // whoever seals beside a full load would wait for a turn of the event loop at each step.
    return readFileSync(place.file)
  } catch (error) {
    if (absent.has(codeOf(error))) return null
    throw faultOf(error)
  }
}

/** Opens nothing, locks nothing, makes nothing: may run beside the sequencer, or on a directory that is not there yet. */
export const openLogDirectoryReader = (directory: string): LogReader => ({ read: (path) => readIn(directory, path) })
