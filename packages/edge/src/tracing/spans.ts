// What a trace may tell: how long each step of a request took, in words and numbers of ours. Never an identifier, a key, an address, an id of a person.
import type { EdgeApp } from '../serving/fastify.ts'

/** Everything that a span may say beside its name and its times. `code`: of a `LedgerError`. */
export type Said = { method?: string; route?: string; status?: number; code?: string; events?: number }

export type Spans = {
  /** Runs `work` as a step of the request under way; outside of a request no step is noted. What `work` throws is thrown on. */
  step<T>(name: string, said: Said, work: () => Promise<T>): Promise<T>
  /** Runs `work` as something that no request asked for. */
  task<T>(name: string, said: Said, work: () => Promise<T>): Promise<T>
  /** Makes each request of the app a trace of its own. To be called before routes are registered. */
  watch(app: EdgeApp): void
  /** Sends what is left; gives up after some seconds. */
  close(): Promise<void>
}

/** Where no traces are wanted. */
export const noSpans: Spans = {
  step: (_name, _said, work) => work(),
  task: (_name, _said, work) => work(),
  watch: () => {},
  close: async () => {},
}
