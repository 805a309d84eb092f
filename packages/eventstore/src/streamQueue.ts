// One after the other on one stream, side by side on different ones: spares the acts of one process the conflicts among themselves.

/** Holds an entry for a stream only while something runs or waits on it. */
export class StreamQueue {
  readonly #tails = new Map<string, Promise<void>>()

  /** Streams with something under way. */
  get size(): number {
    return this.#tails.size
  }

  /** Runs `task` after everything that was queued for `stream` before it, however that ended. */
  run<Result>(stream: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(stream)
    const result = before === undefined ? task() : before.then(task)
    const settled = (): void => {
      if (this.#tails.get(stream) === tail) this.#tails.delete(stream)
    }
    const tail = result.then(settled, settled)
    this.#tails.set(stream, tail)
    return result
  }
}
