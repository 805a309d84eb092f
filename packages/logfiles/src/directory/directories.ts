// The directories below a log: made when a file needs them, durable before that file counts as durable.
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { flush } from './flush.ts'

/** Makes the names in a directory durable. */
const syncPath = async (path: string): Promise<void> => {
  const handle = openSync(path, 'r')
  try {
    await flush(handle)
  } finally {
    closeSync(handle)
  }
}

export class Directories {
  readonly #root: string
  // Those whose own names are durable. An earlier process may have made a directory and died before its name was: at first each is synced once, there or not.
  readonly #durable = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  /** Makes `directory` and what leads to it below the root, with this mode whatever the process masks. Durable with the next `sync` that names it. */
  make(directory: string, mode: number): void {
    if (this.#durable.has(directory)) return
    const first = mkdirSync(directory, { recursive: true, mode })
    // The mask of the process took bits away from those that were made now; what was there stays as somebody wanted it.
    if (first === undefined) return
    for (let one = directory; one.length >= first.length; one = dirname(one)) chmodSync(one, mode)
  }

  /** Makes the names in `touched` durable, one sync each, and the names of these directories themselves where that is not known yet. */
  async sync(touched: readonly string[]): Promise<void> {
    const fresh = new Set(touched.flatMap((directory) => this.#undurable(directory)))
    await Promise.all([...new Set([...touched, ...[...fresh].map(dirname)])].map(syncPath))
    for (const directory of fresh) this.#durable.add(directory)
  }

  /** A directory that is taken away: whoever needs it again makes it anew. */
  forget(directory: string): void {
    this.#durable.delete(directory)
  }

  #undurable(directory: string): string[] {
    const chain: string[] = []
    for (let one = directory; !this.#durable.has(one); one = dirname(one)) {
      chain.push(one)
      if (one === this.#root) break
    }
    return chain
  }
}
