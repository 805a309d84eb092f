// The files of a log in memory: for tests and for a ledger that is gone with its process. Durable only as long as the map.
import { closedFiles, demandOnce, demandReplaced, otherBytes, partOf, reachesBeyond } from './paths.ts'
import type { LogFiles, NewFile } from './port.ts'

/** `kept`: the files by path; a log opened again on the same map finds them. */
export class MemoryLogFiles implements LogFiles {
  readonly kept: Map<string, Uint8Array>
  #closed = false

  constructor(kept: Map<string, Uint8Array> = new Map()) {
    this.kept = kept
  }

  async read(path: string): Promise<Uint8Array | null> {
    this.#demandOpen()
    const bytes = partOf(path) === null ? undefined : this.kept.get(path)
    return bytes === undefined ? null : Uint8Array.from(bytes)
  }

  async create(files: readonly NewFile[]): Promise<void> {
    this.#demandOpen()
    for (const { path } of files) demandOnce(path)
    for (const { path, bytes } of files) {
      const there = this.kept.get(path)
      if (there === undefined) this.kept.set(path, Uint8Array.from(bytes))
      else if (Buffer.compare(there, bytes) !== 0) throw otherBytes(path)
    }
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    this.#demandOpen()
    demandReplaced(path)
    this.kept.set(path, Uint8Array.from(bytes))
  }

  async remove(paths: readonly string[]): Promise<void> {
    this.#demandOpen()
    for (const path of paths) demandOnce(path)
    for (const path of paths) this.kept.delete(path)
  }

  async setApart(size: bigint): Promise<void> {
    this.#demandOpen()
    for (const path of this.kept.keys()) if (reachesBeyond(path, size)) this.kept.delete(path)
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #demandOpen(): void {
    if (this.#closed) throw closedFiles()
  }
}
