// The one step of writing that waits for the disk.
import { fsync } from 'node:fs'
import { promisify } from 'node:util'

/**
 * Makes what was written through an open file durable, on another thread. All else that a log directory does goes into memory of the system and is done at once:
 * each step that came back over the event loop would wait behind all requests of a full load, and a seal is some forty steps.
 */
export const flush: (handle: number) => Promise<void> = promisify(fsync)
