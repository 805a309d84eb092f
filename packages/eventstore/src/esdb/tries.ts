// The tries of one append: sent one after the other, heard all at once, since a late answer to the first is an answer too.
import type { Appended, AppendLine, Sent } from './appendLine.ts'
import { meaningOf } from './errors.ts'
import type { Proposal } from './wire.ts'

/** open: not answered. perhaps: failed, and may have been applied or still be. told: answered, or never sent. */
type Try = Sent & { state: 'open' | 'perhaps' | 'told' }

export class Tries {
  readonly #line: AppendLine
  readonly #proposal: Proposal
  readonly #tries: Try[] = []
  readonly #heard: (Appended | Error)[] = []
  #wake: () => void = () => {}

  constructor(line: AppendLine, proposal: Proposal) {
    this.#line = line
    this.#proposal = proposal
  }

  get count(): number {
    return this.#tries.length
  }

  /** Whether a try may have been applied, or come to be applied, without a word of it. */
  get inDoubt(): boolean {
    return this.#tries.some(({ state, isWritten }) => state === 'perhaps' || (state === 'open' && isWritten()))
  }

  /** Whether an answer may still come. */
  get isOpen(): boolean {
    return this.#tries.some(({ state }) => state === 'open')
  }

  send(): void {
    const sent = this.#line.send(this.#proposal)
    const one: Try = { ...sent, state: 'open' }
    this.#tries.push(one)
    const hear = (outcome: Appended | Error): void => {
      one.state = outcome instanceof Error && isDoubtful(outcome) ? 'perhaps' : 'told'
      this.#heard.push(outcome)
      this.#wake()
    }
    sent.appended.then(hear, hear)
  }

  /** What comes of any of them next; null if nothing does within `wait` ms. */
  async next(wait: number): Promise<Appended | Error | null> {
    if (this.#heard.length === 0 && wait > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      const timer = setTimeout(resolve, wait)
      await promise
      clearTimeout(timer)
    }
    return this.#heard.shift() ?? null
  }

  /** What was not written will not be, and what is answered from now on is not heard. */
  forget(): void {
    for (const { forget } of this.#tries) forget()
  }
}

const isDoubtful = (error: Error): boolean => meaningOf(error) === 'unknown'
