// What a process has opened, closed in the reverse of the order in which it was opened.

type Closing = () => Promise<unknown>

export class Opened {
  #closing: Closing[] = []

  /** Closes `part` with the rest, before everything that was opened earlier. */
  keep<T extends { close: Closing }>(part: T): T {
    this.onClose(() => part.close())
    return part
  }

  onClose(close: Closing): void {
    this.#closing.push(close)
  }

  /** Closes each part in turn, also when one of them fails; then throws the first failure. A second call has nothing left to do. */
  async close(): Promise<void> {
    const failures: unknown[] = []
    for (const close of this.#closing.splice(0).toReversed()) await close().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
}
